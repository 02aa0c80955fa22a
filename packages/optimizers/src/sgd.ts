import { type ConfigOf, learningRateTypes, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { add, mul, sub, type Tensor, zerosLike } from '@gradus/tensor'

const fields = {
  /** The learning rate, or a schedule. */
  learningRate: { type: learningRateTypes, min: 0, default: 0.01 },
  /** The factor of the last step that is added to the next. */
  momentum: { type: 'number', min: 0, max: 1, default: 0 },
  /** Whether to use Nesterov momentum. */
  nesterov: { type: 'boolean', default: false },
} as const

/** Options of `SGD`. */
export interface SGDConfig extends ConfigOf<typeof fields> {}

/**
 * Gradient descent: w -= lr g. With momentum mu: m = mu m - lr g, w += m. With Nesterov momentum: w += mu m - lr g.
 * Source: Keras `optimizers.SGD`; Sutskever et al. 2013.
 *
 * @example
 * import { SGD } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new SGD({ learningRate: 0.5 })
 * const params = { w: tensor([1, 2]) }
 * const [next] = optimizer.update({ w: tensor([2, -2]) }, optimizer.init(params), params)
 * next.w.array() // => [0, 3]
 */
export class SGD extends Optimizer<SGDConfig> {
  static readonly type = 'SGD'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override slots(param: Tensor): Record<string, Tensor> {
    return this.options.momentum ? { momentum: zerosLike(param) } : {}
  }

  protected step(
    param: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
    { learningRate }: StepContext,
  ) {
    const { momentum: mu, nesterov } = this.options
    const change = mul(gradient, learningRate)
    if (!mu) return [sub(param, change), slots] as const
    const momentum = sub(mul(slots.momentum!, mu), change)
    return [add(param, nesterov ? sub(mul(momentum, mu), change) : momentum), { momentum }] as const
  }
}
