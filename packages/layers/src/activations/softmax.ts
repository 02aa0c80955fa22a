import { Activation, type Fields } from '@gradus/core'
import { softmax, type Tensor } from '@gradus/tensor'

export interface SoftmaxConfig {
  /** The axis, or axes, whose probabilities add up to 1 (default -1). */
  readonly axis?: number | readonly number[]
}

/**
 * Probabilities proportional to exp(x) over an axis. Keras: `softmax`.
 *
 * @example
 * import { Softmax } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Softmax().compute(tensor([[1, 1]])).array() // => [[0.5, 0.5]]
 */
export class Softmax extends Activation<SoftmaxConfig> {
  static readonly type = 'softmax'
  static override readonly fields = { axis: ['integer', 'numbers'] } satisfies Fields<SoftmaxConfig>

  compute(x: Tensor): Tensor {
    return softmax(x, { axis: this.config.axis ?? -1 })
  }
}
