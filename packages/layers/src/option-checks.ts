import { ConfigError, describeValue } from '@gradus/core'

/**
 * An option with one whole number per spatial axis, as a list; a single number is repeated for all axes. Throws `ConfigError`
 * for other values, and for numbers below `least`.
 */
export function perSpatialAxis(
  owner: string,
  key: string,
  value: number | readonly number[],
  rank: number,
  least: 0 | 1 = 1,
): number[] {
  const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : [...(value ?? [])]
  if (list.length === rank && list.every((entry) => Number.isInteger(entry) && entry >= least)) return list
  const wanted = least === 1 ? 'a positive whole number' : 'a whole number from 0'
  throw new ConfigError(
    `${owner}: '${key}' must be ${wanted} or a list of ${rank} of them and is ${describeValue(value)}. ` +
      `Example: ${key}: [${new Array<number>(rank).fill(2).join(', ')}].`,
  )
}
