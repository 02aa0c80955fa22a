import { type Fields, Optimizer, type StepContext } from '@gradus/core'
import { add, mul, sub, type Tensor, zerosLike } from '@gradus/tensor'

export interface SGDConfig {
  /** How much of the last step is repeated, 0 to 1. Default 0. */
  readonly momentum?: number
  /** Look ahead by the momentum (Nesterov). Default false. */
  readonly nesterov?: boolean
}

/**
 * Gradient descent: w -= lr g. With momentum mu: m = mu m - lr g and w += m; with Nesterov's w += mu m - lr g.
 * Default rate 0.01. Source: Keras `optimizers.SGD`; Sutskever et al. 2013.
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
  static override readonly fields = { momentum: 'number', nesterov: 'boolean' } satisfies Fields<SGDConfig>

  override get defaultLearningRate(): number {
    return 0.01
  }

  protected override slots(param: Tensor): Record<string, Tensor> {
    return this.config.momentum ? { momentum: zerosLike(param) } : {}
  }

  protected step(
    param: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
    { learningRate }: StepContext,
  ) {
    const { momentum: mu, nesterov } = this.config
    const change = mul(gradient, learningRate)
    if (!mu) return [sub(param, change), slots] as const
    const momentum = sub(mul(slots.momentum!, mu), change)
    return [add(param, nesterov ? sub(mul(momentum, mu), change) : momentum), { momentum }] as const
  }
}
