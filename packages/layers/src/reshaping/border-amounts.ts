import { ConfigError, describeValue, type Kind } from '@gradus/core'
import type { SpatialRank } from '../spatial-input.ts'

/** One number for all borders, or for each axis a number or the pair of the numbers before and after it. */
export type BorderAmounts = number | readonly (number | readonly [before: number, after: number])[]

/** The type of options that say how much is added to or taken from the borders. */
export const borderAmounts: Kind<BorderAmounts> = 'unknown'

/** The numbers before and after each axis. Throws `ConfigError` for values that are no whole numbers from 0. */
export function borderPairs(
  owner: string,
  key: string,
  value: BorderAmounts,
  rank: SpatialRank,
): (readonly [before: number, after: number])[] {
  // for one axis, Keras takes the pair itself
  const isPair = rank === 1 && Array.isArray(value) && value.length === 2
  const list: readonly unknown[] = isPair ? [value] : Array.isArray(value) ? value : new Array(rank).fill(value)
  const pairs = list.map((entry) => (Array.isArray(entry) ? (entry as readonly number[]) : [entry, entry]))
  const isValid = pairs.every(
    (pair) => pair.length === 2 && pair.every((n) => Number.isInteger(n) && (n as number) >= 0),
  )
  if (pairs.length === rank && isValid) return pairs as unknown as [number, number][]
  const wanted =
    rank === 1 ? 'a pair [before, after]' : `a list with a number or a pair [before, after] for each of ${rank} axes`
  throw new ConfigError(
    `${owner}: '${key}' must be a whole number from 0 or ${wanted} and is ${describeValue(value)}. ` +
      `Example: ${key}: ${rank === 1 ? '[1, 0]' : `[${new Array(rank).fill('[1, 0]').join(', ')}]`}.`,
  )
}
