import { randomKey, type Tensor } from '@gradus/tensor'

/** What every random initializer takes. */
export interface SeedConfig {
  /** With a seed every call gives the same values, whatever the model's seed; without one they depend on the layer's key. */
  readonly seed?: number
}

/** The key that decides the values: that of the seed if there is one, else the one that was handed in. */
export function seededKey(key: Tensor, seed: number | null | undefined): Tensor {
  return seed === undefined || seed === null ? key : randomKey(seed)
}
