import { ConfigError, describeValue } from '@gradus/core'

/** An option with one odd number, or two. Throws `ConfigError` for other values. */
export function oddSizes(owner: string, key: string, value: number | readonly number[]): readonly [number, number] {
  const [first, second] = typeof value === 'number' ? [value, value] : value
  const isPair = typeof value === 'number' || value.length === 2
  if (isPair && [first, second].every((size) => Number.isInteger(size) && size! % 2 === 1)) return [first!, second!]
  throw new ConfigError(
    `${owner}: '${key}' must be an odd number or two of them and is ${describeValue(value)}. Example: ${key}: 3.`,
  )
}
