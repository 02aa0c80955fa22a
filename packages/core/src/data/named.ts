import { Tensor } from '@gradus/tensor'
import { isPlainObject } from '../structure.ts'
import type { HostArray, HostValues, InputData, Named } from './dataset.ts'
import { isHostValues, requireNumbers, toHostValues } from './host-values.ts'

/** The values of a `Named` with a name for messages: `x`, `x[1]` or `x.age`. */
export function namedEntries<V extends HostValues>(named: Named<V>, name: string): [name: string, values: V][] {
  if (isHostValues(named)) return [[name, named]]
  if (Array.isArray(named)) return (named as readonly V[]).map((values, index) => [`${name}[${index}]`, values])
  return Object.entries(named as { readonly [key: string]: V }).map(([key, values]) => [`${name}.${key}`, values])
}

/** The same structure with `map` applied to each of the values. */
export function mapNamed<V extends HostValues, W extends HostValues>(named: Named<V>, map: (values: V) => W): Named<W> {
  if (isHostValues(named)) return map(named)
  if (Array.isArray(named)) return (named as readonly V[]).map(map)
  return Object.fromEntries(Object.entries(named as { [key: string]: V }).map(([key, values]) => [key, map(values)]))
}

/**
 * Like `toHostValues`, for one input or several. An object holds several inputs by name. An array holds several by position if
 * `several` is true or if all its elements are host values or tensors; otherwise it is one input.
 */
export async function toNamedValues(
  value: Named<InputData>,
  name: string,
  { several = false }: { several?: boolean } = {},
): Promise<Named<HostValues>> {
  if (Array.isArray(value)) {
    const list = value as readonly InputData[]
    const listed = list.length > 0 && list.every((entry) => entry instanceof Tensor || isHostValues(entry))
    if (several || listed) return Promise.all(list.map((entry, index) => toHostValues(entry, `${name}[${index}]`)))
  }
  if (isPlainObject(value) && !isHostValues(value)) {
    const entries = Object.entries(value as { [key: string]: InputData }).map(
      async ([key, entry]) => [key, await toHostValues(entry, `${name}.${key}`)] as const,
    )
    return Object.fromEntries(await Promise.all(entries))
  }
  return toHostValues(value as InputData, name)
}

/** Like `toNamedValues` for numbers only. */
export async function toNamedArrays(
  value: Named<InputData>,
  name: string,
  options?: { several?: boolean },
): Promise<Named<HostArray>> {
  return numbersOf(await toNamedValues(value, name, options), name)
}

/** Returns the values if all are numbers. Throws `DataError` for strings. */
export function numbersOf(named: Named<HostValues>, name: string): Named<HostArray> {
  for (const [entry, values] of namedEntries(named, name)) requireNumbers(values, entry)
  return named as Named<HostArray>
}
