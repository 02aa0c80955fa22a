import { Activation, type Fields } from '@gradus/core'
import {
  add,
  cast,
  cumsum,
  div,
  greater,
  greaterEqual,
  iota,
  min,
  mul,
  normalizeAxis,
  relu,
  sort,
  sub,
  sum,
  type Tensor,
  where,
} from '@gradus/tensor'

export interface SparsemaxConfig {
  /** The axis whose probabilities add up to 1 (default -1). */
  readonly axis?: number
}

/**
 * The point of the probability simplex nearest to x along an axis: like softmax, with exact zeros.
 * Keras: `sparsemax` (Martins and Astudillo, 2016).
 */
export class Sparsemax extends Activation<SparsemaxConfig> {
  static readonly type = 'sparsemax'
  static override readonly fields = { axis: 'integer' } satisfies Fields<SparsemaxConfig>

  compute(x: Tensor): Tensor {
    const axis = normalizeAxis('sparsemax', this.config.axis ?? -1, x.rank)
    // The k largest elements are above the threshold tau = (their sum - 1) / k, with k the largest for which that holds.
    const sorted = sort(x, { axis, descending: true })
    const count = add(iota(x.shape, axis, x.dtype), 1)
    const holds = greater(mul(sorted, count), sub(cumsum(sorted, { axis }), 1))
    const smallest = min(where(holds, sorted, Number.POSITIVE_INFINITY), { axis, keepDims: true })
    // no gradient flows through comparisons, so the derivative is that of the projection with its support held fixed
    const support = greaterEqual(x, smallest)
    const k = sum(cast(support, x.dtype), { axis, keepDims: true })
    const tau = div(sub(sum(where(support, x, 0), { axis, keepDims: true }), 1), k)
    return relu(sub(x, tau))
  }
}
