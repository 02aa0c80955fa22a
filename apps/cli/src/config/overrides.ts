import { resolve } from 'node:path'
import { ConfigError, describeValue, requireBounded } from '@gradus/core'
import { parse } from 'yaml'
import { absolutePlugin } from '../plugins/plugin-path.ts'
import { shortened } from '../text/shortened.ts'
import type { ConfigFlags } from './config-flags.ts'
import { shortcuts } from './shortcuts.ts'

/** Values by their place in the config, such as `fit.epochs`. */
export type Overrides = readonly (readonly [place: string, value: unknown])[]

/** The values that environment variables set. Paths are relative to `cwd`. */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>>, cwd: string): Overrides {
  return shortcuts.flatMap(({ place, variable, type }): Overrides => {
    const text = env[variable]
    if (text === undefined || text === '') return []
    if (type === 'number') return [[place, parseValue(text, variable)]]
    return [[place, textValue(text, type, cwd)]]
  })
}

/** The values that flags set: those of `--set`, then those of the shortcuts and of `--plugin`. Paths are relative to `cwd`. */
export function fromFlags(flags: ConfigFlags, cwd: string): Overrides {
  const named = shortcuts.flatMap(({ place, flag, type }): Overrides => {
    const value = flags[flag]
    if (value === undefined) return []
    return [[place, typeof value === 'string' ? textValue(value, type, cwd) : value]]
  })
  const plugins = flags.plugin?.map((plugin) => absolutePlugin(plugin, cwd))
  return [...(flags.set ?? []).map(parseSet), ...named, ...(plugins ? [['plugins', plugins] as const] : [])]
}

/** A text as the value of a shortcut. */
function textValue(text: string, type: (typeof shortcuts)[number]['type'], cwd: string): unknown {
  if (type === 'path') return resolve(cwd, text)
  if (type !== 'list' && type !== 'names') return text
  const names = text.split(',').flatMap((name) => name.trim() || [])
  return type === 'names' && names.length === 1 ? names[0] : names
}

/** `optimizer.learningRate=0.01` as a place and a value. */
function parseSet(text: string): readonly [place: string, value: unknown] {
  const at = text.indexOf('=')
  if (at <= 0)
    throw new ConfigError(`--set ${shortened(text)}: expected place=value, such as --set optimizer.learningRate=0.01.`)
  return [text.slice(0, at), parseValue(text.slice(at + 1), `--set ${text}`)]
}

/** Reads a value as YAML: a number, true, null, a text, [a, list] or {an: object}. */
function parseValue(text: string, source: string): unknown {
  try {
    const value = parse(text, { logLevel: 'error' }) as unknown
    requireBounded(value, shortened(source))
    return value
  } catch (cause) {
    const { message } = cause as Error
    const reason = /call stack/.test(message) ? 'it is nested too deep.' : message
    throw new ConfigError(`${shortened(source)}: ${describeValue(text)} cannot be read as a value: ${reason}`, {
      cause,
    })
  }
}

/**
 * Returns a copy of `config` with each value at its place. A class given by its name becomes an object where one of its
 * options is set: `optimizer: adam` becomes `optimizer: { optimizer: adam, ... }`. Throws `ConfigError` for a place that does
 * not exist.
 */
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
    if (key === '' || key === '__proto__')
      throw new ConfigError(`--set ${shortened(place)}: '${shortened(done)}' is no place in the config.`)
    if (Array.isArray(parent) && !(/^\d+$/.test(key) && Number(key) < parent.length)) {
      throw new ConfigError(
        `--set ${shortened(place)}: '${shortened(done)}' does not exist; the list has ${parent.length} entries, from 0.`,
      )
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
      throw new ConfigError(
        `--set ${shortened(place)}: '${shortened(done)}' is ${describeValue(inner)}, which has no options.`,
      )
    }
    parent = parent[key] as Record<string, unknown>
  })
}
