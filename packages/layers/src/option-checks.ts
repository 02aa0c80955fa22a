import { ConfigError, describeValue } from '@gradus/core'

/** A whole number from `least`, or `ConfigError` naming layer, key and value. */
export function wholeNumber(owner: string, key: string, value: unknown, least = 1): number {
  if (Number.isInteger(value) && (value as number) >= least) return value as number
  const wanted = least === 1 ? 'a positive whole number' : `a whole number from ${least}`
  throw new ConfigError(
    `${owner}: '${key}' must be ${wanted} and is ${describeValue(value)}. Example: new ${owner}({ ${key}: ${Math.max(least, 8)} }).`,
  )
}

/** A number from 0 to 1, or `ConfigError` naming layer, key and value. */
export function fraction(owner: string, key: string, value: number | null | undefined, fallback = 0): number {
  const given = value ?? fallback
  if (given >= 0 && given <= 1) return given
  throw new ConfigError(
    `${owner}: '${key}' must be a number from 0 to 1 and is ${describeValue(value)}. To drop a quarter of the units use 0.25.`,
  )
}

/** One whole number from 1 per spatial axis; a number alone stands for all of them. */
export function perSpatialAxis(owner: string, key: string, value: number | readonly number[], rank: number): number[] {
  const list = typeof value === 'number' ? new Array<number>(rank).fill(value) : [...(value ?? [])]
  if (list.length === rank && list.every((entry) => Number.isInteger(entry) && entry >= 1)) return list
  throw new ConfigError(
    `${owner}: '${key}' must be a positive whole number or a list of ${rank} of them and is ${describeValue(value)}. ` +
      `Example: ${key}: [${new Array<number>(rank).fill(2).join(', ')}].`,
  )
}
