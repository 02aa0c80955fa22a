import { ConfigError } from '@gradus/core'

/** A factor of a penalty. Throws `ConfigError` unless it is a finite number that is not negative. */
export function penaltyFactor(owner: string, key: string, value: number | null | undefined, fallback: number): number {
  const factor = value ?? fallback
  if (!Number.isFinite(factor) || factor < 0) {
    throw new ConfigError(
      `${owner}: '${key}' must be a finite number from 0 and is ${factor}. A negative penalty would be a reward.`,
    )
  }
  return factor
}
