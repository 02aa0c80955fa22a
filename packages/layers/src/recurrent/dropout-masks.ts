import type { Rng } from '@gradus/core'
import { bernoulli, cast, div, type Tensor } from '@gradus/tensor'

/**
 * `count` dropout masks in the shape of `x`: 1 / (1 - rate) with probability 1 - rate, otherwise 0. Undefined if nothing is
 * dropped, which is the case, as in Keras, for a rate of 1 too. All time steps use the same masks (Gal and Ghahramani, 2016).
 */
export function dropoutMasks(
  rng: Rng,
  rate: number,
  x: { readonly shape: readonly number[]; readonly dtype: Tensor['dtype'] },
  count: number,
): Tensor[] | undefined {
  if (rate <= 0 || rate >= 1) return undefined
  return Array.from({ length: count }, () => div(cast(bernoulli(rng.next(), 1 - rate, x.shape), x.dtype), 1 - rate))
}
