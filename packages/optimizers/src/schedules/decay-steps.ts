import { ConfigError } from '@gradus/core'

/** Throws `ConfigError` unless `decaySteps` is more than 0. */
export function requireDecaySteps(type: string, decaySteps: number): void {
  if (!(decaySteps > 0)) throw new ConfigError(`${type}: 'decaySteps' must be more than 0 and is ${decaySteps}.`)
}
