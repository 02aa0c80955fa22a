import { ConfigError, describeValue, normalizeName, suggest } from '@gradus/core'

/**
 * The one of `allowed` that `value` names, or the first if there is no value. Case and `_` do not count, so Keras's
 * `channels_first` is `channelsFirst`. Throws `ConfigError` for anything else.
 */
export function chooseOption<T extends string>(
  owner: string,
  key: string,
  value: string | null | undefined,
  allowed: readonly T[],
): T {
  if (value === undefined || value === null) return allowed[0]!
  const found =
    typeof value === 'string' ? allowed.find((name) => normalizeName(name) === normalizeName(value)) : undefined
  if (found !== undefined) return found
  throw new ConfigError(`${owner}: '${key}' is ${describeValue(value)}.${suggest(String(value), allowed)}`)
}
