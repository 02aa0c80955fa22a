import type { Rng } from '@gradus/core'
import { bernoulli, cast, div, type Tensor } from '@gradus/tensor'

/**
 * `count` masks like `x` that let a value through, divided by 1 - rate, with probability 1 - rate; undefined where nothing
 * is dropped. A rate of 1 drops nothing, as in Keras. One set of masks serves all steps (Gal and Ghahramani, 2016).
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
