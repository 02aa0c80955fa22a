import { randomKey, type Tensor } from '@gradus/tensor'

/** The key of the seed, or the given key if there is no seed. */
export function seededKey(key: Tensor, seed: number | undefined): Tensor {
  return seed === undefined ? key : randomKey(seed)
}
