import { ConfigError, describeValue } from '@gradus/core'

/**
 * An option with one positive whole number per spatial axis, as a list; a single number is repeated for all axes. Throws
 * `ConfigError` for other values.
 */
export function perSpatialAxis(owner: string, key: string, value: number | readonly number[], rank: number): number[] {
  const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : [...(value ?? [])]
  if (list.length === rank && list.every((entry) => Number.isInteger(entry) && entry >= 1)) return list
  throw new ConfigError(
    `${owner}: '${key}' must be a positive whole number or a list of ${rank} of them and is ${describeValue(value)}. ` +
      `Example: ${key}: [${new Array<number>(rank).fill(2).join(', ')}].`,
  )
}
