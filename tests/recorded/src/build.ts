import type {
  Activation,
  AnyDefinition,
  Callback,
  Constraint,
  Initializer,
  Layer,
  Loss,
  Metric,
  Optimizer,
  Registry,
  Regularizer,
  Schedule,
} from '@gradus/core'
import { ConfigError, describeValue, FormatError } from '@gradus/core'
import { fromKeras } from '@gradus/io'
import { standard } from 'gradus'
import { Unsupported } from './outcome.ts'

/** The contract of each kind of object that is built from data. */
export interface Contracts {
  layer: Layer
  loss: Loss
  metric: Metric
  optimizer: Optimizer
  schedule: Schedule
  initializer: Initializer
  regularizer: Regularizer
  constraint: Constraint
  activation: Activation
  callback: Callback
}

export type Kind = keyof Contracts

/** All classes of Gradus by name. */
export const registry = standard as unknown as Registry<AnyDefinition>

const kinds: readonly string[] = [
  'layer',
  'loss',
  'metric',
  'optimizer',
  'schedule',
  'initializer',
  'regularizer',
  'constraint',
  'activation',
  'callback',
] satisfies Kind[]

/** Translates a Keras object to a spec. Throws `Unsupported` if it names a class that Gradus does not have. */
export function specOfKeras(keras: unknown, translate: (keras: unknown) => unknown = fromKeras): unknown {
  let spec: unknown
  try {
    spec = translate(keras)
  } catch (error) {
    if (error instanceof FormatError) throw new Unsupported(firstSentence(error.message))
    throw error
  }
  requireKnown(spec)
  return spec
}

/** Builds an object of `kind` from a Keras object or an identifier, with `extra` options. */
export function build<K extends Kind>(
  kind: K,
  keras: unknown,
  extra: Readonly<Record<string, unknown>> = {},
): Contracts[K] {
  const spec = specOfKeras(keras)
  if (typeof spec === 'string') {
    requireName(kind, spec)
    return parse(kind, { [kind]: spec, ...extra })
  }
  if (typeof spec !== 'object' || spec === null || !(kind in spec)) {
    throw new Unsupported(`${kind} ${describeValue(spec)}`)
  }
  return parse(kind, { ...spec, ...extra })
}

/** Like `registry.parse`. Throws `Unsupported` for an option that the class does not have. */
export function parse<K extends Kind>(kind: K, spec: unknown): Contracts[K] {
  return withKnownOptions(() => registry.parse(kind, spec) as unknown as Contracts[K])
}

/** Runs `body`. Throws `Unsupported` instead of errors about unknown options and dtypes. */
export function withKnownOptions<T>(body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const option = /(\S+) has no option '([^']+)'/.exec(error.message)
    if (option) throw new Unsupported(`option ${option[2]} of ${option[1]}`)
    const dtype = /\bdtype'? must be one of .* and is "(\w+)"/.exec(error.message)
    if (dtype) throw new Unsupported(`dtype ${dtype[1]}`)
    throw error
  }
}

/** Throws `Unsupported` for a class that Gradus does not have. */
export function requireName(kind: string, name: string): void {
  if (!registry.find(kind, name)) throw new Unsupported(`${kind} ${name}`)
}

/** Throws `Unsupported` for the first spec within `value` that names a class Gradus does not have. */
function requireKnown(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) {
    const [kind, type] = Object.entries(value)[0] ?? []
    if (kind !== undefined && kinds.includes(kind) && typeof type === 'string') requireName(kind, type)
  }
  for (const entry of Object.values(value)) requireKnown(entry)
}

function firstSentence(text: string): string {
  return /^.*?[.:;](?=\s|$)/s.exec(text)?.[0].slice(0, -1) ?? text
}
