import { Layer, type Tensor } from 'gradus'
import { mul, sigmoid } from 'gradus/ops'

/** x multiplied by the sigmoid of beta x. */
export class Swish extends Layer<{ beta?: number }> {
  static readonly type = 'acme/Swish'
  static override readonly fields = { beta: { type: 'number', default: 1 } } as const
  declare readonly options: { beta: number }

  apply(x: Tensor): Tensor {
    return mul(x, sigmoid(mul(this.options.beta, x)))
  }
}
