import {
  accuracyName,
  ConfigError,
  Configured,
  crossentropyName,
  describeValue,
  Loss,
  Metric,
  type SymbolicShape,
  suggest,
} from '@gradus/core'
import { FunctionLoss, FunctionMetric, type LossFunction, type MetricFunction } from './function-objectives.ts'

/** Finds classes by name; a `Registry` is one. */
export interface NameResolver {
  parse(kind: string, data: unknown, path?: string): object
}

/** The instance that an option means: itself, or what its name or spec stands for. */
export function resolveOption(kind: string, value: unknown, registry: NameResolver | undefined, path: string): object {
  if (value instanceof Configured) {
    if (value.kind === kind) return value
    throw new ConfigError(`${path} must be a ${kind} and is the ${value.kind} ${value.type}.`)
  }
  if (registry) return registry.parse(kind, value, path)
  throw new ConfigError(
    `${path} is ${describeValue(value)}. Names and specs are looked up in a registry, and the model has none: ` +
      `give an instance (such as new ${kind === 'optimizer' ? 'Adam' : kind === 'loss' ? 'MeanSquaredError' : 'BinaryAccuracy'}()), ` +
      `or compile with { registry }, or use the models of the 'gradus' package, which know the standard names.`,
  )
}

/** One value per output: alone for a single output, by position, or by the output's name. */
export type PerOutput<T> = T | readonly T[] | { readonly [output: string]: T }

/** A loss: an instance, a function, or (with a registry) a name or spec. `null` for an output without one. */
export type LossLike<N = string> = Loss | LossFunction | N | { readonly loss: string } | null
/** A metric: an instance, a function, or (with a registry) a name or spec. */
export type MetricLike<N = string> = Metric | MetricFunction | N | { readonly metric: string } | null

/** One output of a model. */
export interface Output {
  readonly name: string
  readonly shape: SymbolicShape
}

/** An option as one entry per output. */
export function perOutput(option: string, value: unknown, outputs: readonly Output[]): unknown[] {
  if (value === undefined || value === null) return outputs.map(() => undefined)
  if (Array.isArray(value)) {
    if (value.length !== outputs.length) {
      throw new ConfigError(
        `compile: ${option} has ${value.length} entries and the model ${outputs.length} outputs (${outputs.map(({ name }) => name).join(', ')}). Give one for each.`,
      )
    }
    return value
  }
  if (isByName(value)) {
    const names = outputs.map(({ name }) => name)
    for (const key of Object.keys(value)) {
      if (!names.includes(key))
        throw new ConfigError(
          `compile: ${option} names the output '${key}', which the model does not have.${suggest(key, names)}`,
        )
    }
    return names.map((name) => (value as Record<string, unknown>)[name])
  }
  return outputs.map(() => value)
}

function isByName(value: unknown): value is object {
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false
  return (
    !('loss' in value && typeof value.loss === 'string') && !('metric' in value && typeof value.metric === 'string')
  )
}

/** The loss that an option means for an output; `'crossentropy'` depends on the shapes. */
export function resolveLoss(
  like: LossLike,
  targetShape: SymbolicShape | undefined,
  output: Output,
  registry: NameResolver | undefined,
): Loss {
  if (typeof like === 'function') return new FunctionLoss(like)
  const named =
    typeof like === 'string' && /^(ce|crossentropy)$/i.test(like) && targetShape
      ? crossentropyName(targetShape, output.shape)
      : like
  const loss = resolveOption('loss', named, registry, 'compile: loss')
  if (loss instanceof Loss) return loss
  throw new ConfigError(`compile: loss is ${describeValue(like)}; expected a loss.`)
}

/** The metric that an option means for an output, and its key; `'accuracy'` depends on the shapes. */
export function resolveMetric(
  like: MetricLike,
  targetShape: SymbolicShape | undefined,
  output: Output,
  registry: NameResolver | undefined,
): { metric: Metric; name: string } {
  if (typeof like === 'function') {
    const metric = new FunctionMetric(like)
    return { metric, name: metric.name }
  }
  let named: unknown = like
  if (typeof like === 'string' && targetShape) {
    if (/^acc(uracy)?$/i.test(like)) named = accuracyName(targetShape, output.shape)
    else if (/^(ce|crossentropy)$/i.test(like)) named = crossentropyName(targetShape, output.shape)
  }
  const metric = resolveOption('metric', named, registry, 'compile: metrics')
  if (!(metric instanceof Metric))
    throw new ConfigError(`compile: metrics holds ${describeValue(like)}; expected a metric.`)
  return { metric, name: typeof like === 'string' ? like : metric.name }
}
