import { Activation, type Fields } from '@gradus/core'
import { greater, mul, relu, sub, type Tensor, where } from '@gradus/tensor'

export interface ReluConfig {
  /** Slope below the threshold (default 0). */
  readonly negativeSlope?: number
  /** Ceiling (default none). */
  readonly maxValue?: number | null
  /** Values up to it are damped (default 0). */
  readonly threshold?: number
}

/**
 * max(x, 0); with options a leak below the threshold and a ceiling. Keras: `relu`.
 *
 * @example
 * import { Relu } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Relu({ maxValue: 6 }).compute(tensor([-2, 1, 9])).array() // => [0, 1, 6]
 */
export class Relu extends Activation<ReluConfig> {
  static readonly type = 'relu'
  static override readonly fields = {
    negativeSlope: 'number',
    maxValue: 'number',
    threshold: 'number',
  } satisfies Fields<ReluConfig>

  compute(x: Tensor): Tensor {
    const { negativeSlope = 0, maxValue, threshold = 0 } = this.config
    let y = threshold === 0 ? relu(x) : where(greater(x, threshold), x, 0)
    // the ceiling comes with a floor of 0, which shows where the threshold is negative
    if (maxValue !== undefined && maxValue !== null) y = where(greater(y, maxValue), maxValue, relu(y))
    // below the threshold: negativeSlope * (x - threshold)
    return negativeSlope === 0 ? y : sub(y, mul(relu(sub(threshold, x)), negativeSlope))
  }
}
