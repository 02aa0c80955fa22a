import { type ConfigOf, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { abs, add, div, maximum, mul, pow, sub, type Tensor, zerosLike } from '@gradus/tensor'
import { momentFields, runningMean } from './moments.ts'

/** Options of `Adamax`. */
export interface AdamaxConfig extends ConfigOf<typeof momentFields> {}

/**
 * Adam with the largest recent gradient in place of the root of the mean square: m += (g - m)(1 - b1), u = max(b2 u, |g|),
 * w -= lr m / ((1 - b1^t)(u + eps)). Source: Keras `optimizers.Adamax`; Kingma & Ba 2015, section 7.1.
 *
 * @example
 * import { Adamax } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new Adamax({ learningRate: 0.1 })
 * const params = { w: tensor([1, 1]) }
 * const [next] = optimizer.update({ w: tensor([20, -0.5]) }, optimizer.init(params), params)
 * next.w.array().map((x) => x.toFixed(3)) // => ['0.900', '1.100']
 */
export class Adamax extends Optimizer<AdamaxConfig> {
  static readonly type = 'Adamax'
  static override readonly fields = momentFields
  declare readonly options: OptionsOf<typeof momentFields>

  protected override slots(param: Tensor): Record<string, Tensor> {
    return { momentum: zerosLike(param), norm: zerosLike(param) }
  }

  protected step(
    param: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
    { learningRate, iteration }: StepContext,
  ) {
    const { beta1, beta2, epsilon } = this.options
    const momentum = runningMean(slots.momentum!, gradient, 1 - beta1)
    const norm = maximum(mul(slots.norm!, beta2), abs(gradient))
    const change = div(mul(momentum, learningRate), mul(add(norm, epsilon), sub(1, pow(beta1, iteration))))
    return [sub(param, change), { momentum, norm }] as const
  }
}
