import { Activation, type Fields } from '@gradus/core'
import {
  add,
  cast,
  cumsum,
  div,
  greater,
  iota,
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
  /** The projection of the paper instead of what Keras computes (default false). */
  readonly exact?: boolean
}

/**
 * Like softmax, with exact zeros: max(x - tau, 0) along an axis. Keras: `sparsemax` (Martins and Astudillo, 2016).
 *
 * In the paper tau makes the result add up to 1. Keras 3.16 takes another tau as soon as two elements are involved, so its
 * result adds up to less. The default agrees with Keras; `exact` gives the paper's.
 *
 * @example
 * import { Sparsemax } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Sparsemax({ exact: true }).compute(tensor([1, 0.5, -3])).array() // => [0.75, 0.25, 0]
 */
export class Sparsemax extends Activation<SparsemaxConfig> {
  static readonly type = 'sparsemax'
  static override readonly fields = { axis: 'integer', exact: 'boolean' } satisfies Fields<SparsemaxConfig>

  compute(x: Tensor): Tensor {
    const axis = normalizeAxis('sparsemax', this.config.axis ?? -1, x.rank)
    const sorted = sort(x, { axis, descending: true })
    const running = cumsum(sorted, { axis })
    // The support: the k largest elements, with k the last place at which k x_k exceeds the sum so far minus 1.
    const support = greater(mul(sorted, add(iota(x.shape, axis, x.dtype), 1)), sub(running, 1))
    const k = sum(cast(support, x.dtype), { axis, keepDims: true })
    // paper: tau = (sum of the support - 1) / k; Keras adds up the running sums instead of the elements
    const total = sum(where(support, this.config.exact ? sorted : running, 0), { axis, keepDims: true })
    return relu(sub(x, div(sub(total, 1), k)))
  }
}
