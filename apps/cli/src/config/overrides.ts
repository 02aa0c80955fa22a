import { ConfigError, describeValue } from '@gradus/core'
import { parse } from 'yaml'

/** Values by place, such as `fit.epochs`. */
export type Overrides = readonly (readonly [place: string, value: unknown])[]

/** What the environment says, before flags. */
const variables: Readonly<Record<string, string>> = {
  GRADUS_DATA: 'data.train',
  GRADUS_EPOCHS: 'fit.epochs',
  GRADUS_BACKEND: 'backend',
  GRADUS_SEED: 'seed',
}

/** The overrides that the environment asks for. */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>>): Overrides {
  return Object.entries(variables).flatMap(([name, place]) => {
    const value = env[name]
    return value === undefined || value === '' ? [] : [[place, parseValue(value, name)] as const]
  })
}

/** `optimizer.learningRate=0.01` as a place and a value. */
export function parseSet(text: string): readonly [string, unknown] {
  const at = text.indexOf('=')
  if (at <= 0) throw new ConfigError(`--set ${text}: expected place=value, such as --set optimizer.learningRate=0.01.`)
  return [text.slice(0, at), parseValue(text.slice(at + 1), `--set ${text}`)]
}

/** A value as in YAML: a number, true, null, a text, [a, list] or {an: object}. */
function parseValue(text: string, source: string): unknown {
  try {
    return parse(text) as unknown
  } catch (cause) {
    throw new ConfigError(`${source}: ${describeValue(text)} cannot be read as a value: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** A copy of `config` with each value at its place. A class given by name gets options: `optimizer: adam` becomes an object. */
export function override(config: Record<string, unknown>, overrides: Overrides): Record<string, unknown> {
  const result = structuredClone(config)
  for (const [place, value] of overrides) setAt(result, place, value)
  return result
}

function setAt(root: Record<string, unknown>, place: string, value: unknown): void {
  const keys = place.replace(/\[(\d+)\]/g, '.$1').split('.')
  let parent: Record<string, unknown> = root
  keys.forEach((key, index) => {
    const done = keys.slice(0, index + 1).join('.')
    if (key === '' || key === '__proto__') throw new ConfigError(`--set ${place}: '${done}' is no place in the config.`)
    if (Array.isArray(parent) && !(Number.isInteger(Number(key)) && Number(key) < parent.length)) {
      throw new ConfigError(`--set ${place}: '${done}' does not exist; the list has ${parent.length} entries, from 0.`)
    }
    if (index === keys.length - 1) {
      parent[key] = value
      return
    }
    const kind = Array.isArray(parent) ? (keys[index - 1] ?? '').replace(/s$/, '') : key
    const inner = parent[key]
    if (typeof inner === 'string' && ['optimizer', 'loss', 'metric', 'callback'].includes(kind))
      parent[key] = { [kind]: inner }
    else if (inner === undefined || inner === null) parent[key] = {}
    else if (typeof inner !== 'object') {
      throw new ConfigError(`--set ${place}: '${done}' is ${describeValue(inner)}, which has nothing inside.`)
    }
    parent = parent[key] as Record<string, unknown>
  })
}
