import { randomKey, type Tensor } from '@gradus/tensor'

/** The key that decides the values: that of the seed if there is one, else the one that was handed in. */
export function seededKey(key: Tensor, seed: number | undefined): Tensor {
  return seed === undefined ? key : randomKey(seed)
}
