import { type ConfigOf, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { add, div, mul, neg, sqrt, square, type Tensor, zerosLike } from '@gradus/tensor'

const fields = {
  /** The decay rate of the running means. */
  rho: { type: 'number', min: 0, max: 1, default: 0.95 },
  /** Added under the roots. */
  epsilon: { type: 'number', min: 0, default: 1e-7 },
} as const

/** Options of `Adadelta`. */
export interface AdadeltaConfig extends ConfigOf<typeof fields> {}

/**
 * Multiplies gradients by the ratio of the roots of two running means, that of squared changes and that of squared gradients:
 * a = rho a + (1 - rho) g^2, d = -sqrt(b + eps) g / sqrt(a + eps), b = rho b + (1 - rho) d^2, w += lr d. The paper uses a
 * learning rate of 1; the default, as in Keras, is 0.001. Source: Keras `optimizers.Adadelta`; Zeiler 2012.
 *
 * @example
 * import { Adadelta } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new Adadelta({ learningRate: 1, rho: 0, epsilon: 1 })
 * const params = { w: tensor([1]) }
 * const [next] = optimizer.update({ w: tensor([0.75]) }, optimizer.init(params), params)
 * next.w.item().toFixed(4) // => '0.4000'
 */
export class Adadelta extends Optimizer<AdadeltaConfig> {
  static readonly type = 'Adadelta'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override slots(param: Tensor): Record<string, Tensor> {
    return { accumulatedGrad: zerosLike(param), accumulatedDeltaVar: zerosLike(param) }
  }

  protected override magnitude(gradient: Tensor): Tensor {
    return square(gradient)
  }

  protected step(
    param: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
    { learningRate }: StepContext,
  ) {
    const { rho, epsilon } = this.options
    const mean = (old: Tensor, value: Tensor) => add(mul(old, rho), mul(square(value), 1 - rho))
    const root = (x: Tensor) => sqrt(add(x, epsilon))
    const accumulatedGrad = mean(slots.accumulatedGrad!, gradient)
    const change = neg(div(mul(root(slots.accumulatedDeltaVar!), gradient), root(accumulatedGrad)))
    const accumulatedDeltaVar = mean(slots.accumulatedDeltaVar!, change)
    return [add(param, mul(change, learningRate)), { accumulatedGrad, accumulatedDeltaVar }] as const
  }
}
