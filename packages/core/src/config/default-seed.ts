import { ConfigError } from '../errors.ts'
import { describeValue } from './describe.ts'

/** The state of the default seeds; undefined if they are random. */
let state: number | undefined

/**
 * Makes the default seeds repeatable: those of models without the option `seed`, and of layers that are called without `rng`. From
 * the same call on, the same program has the same numbers. Throws `ConfigError` for a seed that is no whole number. Keras:
 * `utils.set_random_seed`.
 *
 * @example
 * import { defaultSeed, setRandomSeed } from '@gradus/core'
 * setRandomSeed(1)
 * const first = defaultSeed()
 * setRandomSeed(1)
 * defaultSeed() === first // => true
 */
export function setRandomSeed(seed: number): void {
  if (!Number.isSafeInteger(seed)) {
    throw new ConfigError(`setRandomSeed takes a whole number, as in setRandomSeed(1), and got ${describeValue(seed)}.`)
  }
  state = (seed % 2 ** 32) | 0
}

/** Makes the default seeds random again, as they are when a program starts. */
export function clearRandomSeed(): void {
  state = undefined
}

/** Returns a seed from 0 below 2^32 for what was given none. Source: SplitMix32 (Steele, Lea and Flood 2014). */
export function defaultSeed(): number {
  if (state === undefined) return Math.floor(Math.random() * 2 ** 32)
  state = (state + 0x9e3779b9) | 0
  let z = state
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}
