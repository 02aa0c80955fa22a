import { ConfigError, isPlainObject, suggest } from '@gradus/core'
import type { SymbolicShape } from '@gradus/tensor'

/** One value per output: alone for a single output, by position, or by the output's name. */
export type PerOutput<T> = T | readonly T[] | { readonly [output: string]: T }

/** One output of a model. */
export interface Output {
  readonly name: string
  readonly shape: SymbolicShape
}

/** Returns an option of `compile` as one value per output. Throws `ConfigError` for counts and names that do not fit. */
export function perOutput(option: string, value: unknown, outputs: readonly Output[]): unknown[] {
  if (value === undefined || value === null) return outputs.map(() => undefined)
  const names = outputs.map(({ name }) => name)
  if (Array.isArray(value)) {
    if (value.length === outputs.length) return value
    throw new ConfigError(
      `compile: ${option} has ${value.length} entries and the model ${outputs.length} outputs (${names.join(', ')}). Give one for each.`,
    )
  }
  if (!isByName(value)) return outputs.map(() => value)
  for (const key of Object.keys(value)) {
    if (names.includes(key)) continue
    throw new ConfigError(
      `compile: ${option} names the output '${key}', which the model does not have.${suggest(key, names)}`,
    )
  }
  return names.map((name) => value[name])
}

function isByName(value: unknown): value is Record<string, unknown> {
  if (!isPlainObject(value)) return false
  return typeof value['loss'] !== 'string' && typeof value['metric'] !== 'string'
}
