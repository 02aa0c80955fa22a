import { ConfigError, describeValue } from '@gradus/core'

/** One whole number from 1 per spatial axis; a number alone stands for all of them. */
export function perSpatialAxis(owner: string, key: string, value: number | readonly number[], rank: number): number[] {
  const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : [...(value ?? [])]
  if (list.length === rank && list.every((entry) => Number.isInteger(entry) && entry >= 1)) return list
  throw new ConfigError(
    `${owner}: '${key}' must be a positive whole number or a list of ${rank} of them and is ${describeValue(value)}. ` +
      `Example: ${key}: [${new Array<number>(rank).fill(2).join(', ')}].`,
  )
}
