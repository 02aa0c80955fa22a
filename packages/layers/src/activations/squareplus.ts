import { Activation, type Fields } from '@gradus/core'
import { add, mul, sqrt, type Tensor } from '@gradus/tensor'

export interface SquareplusConfig {
  /** How round the corner is (default 4). */
  readonly b?: number
}

/**
 * (x + sqrt(x^2 + b)) / 2: a softplus without exponentials. Keras: `squareplus` (Barron, 2021).
 */
export class Squareplus extends Activation<SquareplusConfig> {
  static readonly type = 'squareplus'
  static override readonly fields = { b: 'number' } satisfies Fields<SquareplusConfig>

  compute(x: Tensor): Tensor {
    return mul(add(x, sqrt(add(mul(x, x), this.config.b ?? 4))), 0.5)
  }
}
