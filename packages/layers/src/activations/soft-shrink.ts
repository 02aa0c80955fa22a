import { Activation, type Fields } from '@gradus/core'
import { add, greater, less, sub, type Tensor, where } from '@gradus/tensor'

export interface SoftShrinkConfig {
  /** Default 0.5. */
  readonly threshold?: number
}

/**
 * x moved towards 0 by the threshold, and 0 where |x| is below it. Keras: `soft_shrink`.
 */
export class SoftShrink extends Activation<SoftShrinkConfig> {
  static readonly type = 'softShrink'
  static override readonly fields = { threshold: 'number' } satisfies Fields<SoftShrinkConfig>

  compute(x: Tensor): Tensor {
    const { threshold = 0.5 } = this.config
    return where(greater(x, threshold), sub(x, threshold), where(less(x, -threshold), add(x, threshold), 0))
  }
}
