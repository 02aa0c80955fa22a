import { type ConfigOf, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { add, mul, sign, sub, type Tensor, zerosLike } from '@gradus/tensor'
import { complement } from './moments.ts'

const fields = {
  /** The weight of the running mean in the direction of a step. */
  beta1: { type: 'number', above: 0, max: 1, default: 0.9 },
  /** The decay rate of the running mean of gradients. */
  beta2: { type: 'number', min: 0, max: 1, default: 0.99 },
} as const

/** Options of `Lion`. */
export interface LionConfig extends ConfigOf<typeof fields> {}

/**
 * Moves every element by the learning rate, in the direction of the sign of a mean of gradients: w -= lr sign(b1 m +
 * (1 - b1) g), m = b2 m + (1 - b2) g. Learning rates are about a fifth of those of Adam, weight decay five times as large.
 * Source: Keras `optimizers.Lion`; Chen et al. 2023.
 *
 * @example
 * import { Lion } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new Lion({ learningRate: 0.5 })
 * const params = { w: tensor([1, 2]) }
 * const [next] = optimizer.update({ w: tensor([3, -0.01]) }, optimizer.init(params), params)
 * next.w.array() // => [0.5, 2.5]
 */
export class Lion extends Optimizer<LionConfig> {
  static readonly type = 'Lion'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override slots(param: Tensor): Record<string, Tensor> {
    return { momentum: zerosLike(param) }
  }

  protected step(
    param: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
    { learningRate }: StepContext,
  ) {
    const { beta1, beta2 } = this.options
    const mean = (weight: number) => add(mul(slots.momentum!, weight), mul(gradient, complement(weight, param.dtype)))
    return [sub(param, mul(sign(mean(beta1)), learningRate)), { momentum: mean(beta2) }] as const
  }
}
