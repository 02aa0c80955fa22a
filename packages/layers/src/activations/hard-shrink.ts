import { Activation, type Fields } from '@gradus/core'
import { abs, greater, type Tensor, where } from '@gradus/tensor'

export interface HardShrinkConfig {
  /** Default 0.5. */
  readonly threshold?: number
}

/**
 * x where |x| exceeds the threshold, 0 elsewhere. Keras: `hard_shrink`.
 */
export class HardShrink extends Activation<HardShrinkConfig> {
  static readonly type = 'hardShrink'
  static override readonly fields = { threshold: 'number' } satisfies Fields<HardShrinkConfig>

  compute(x: Tensor): Tensor {
    return where(greater(abs(x), this.config.threshold ?? 0.5), x, 0)
  }
}
