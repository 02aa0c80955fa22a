import { type ConfigOf, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { add, div, full, mul, sqrt, square, sub, type Tensor } from '@gradus/tensor'

const fields = {
  /** The sum of squares before the first update. */
  initialAccumulatorValue: { type: 'number', min: 0, default: 0.1 },
  /** Added under the root. */
  epsilon: { type: 'number', min: 0, default: 1e-7 },
} as const

/** Options of `Adagrad`. */
export interface AdagradConfig extends ConfigOf<typeof fields> {}

/**
 * Divides gradients by the root of the sum of their squares so far: a += g^2, w -= lr g / sqrt(a + eps). Elements that are
 * updated often get smaller steps. Source: Keras `optimizers.Adagrad`; Duchi et al. 2011.
 *
 * @example
 * import { Adagrad } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new Adagrad({ learningRate: 0.5, initialAccumulatorValue: 9, epsilon: 0 })
 * const params = { w: tensor([1]) }
 * const [next] = optimizer.update({ w: tensor([4]) }, optimizer.init(params), params)
 * next.w.item().toFixed(4) // => '0.6000'
 */
export class Adagrad extends Optimizer<AdagradConfig> {
  static readonly type = 'Adagrad'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override slots(param: Tensor): Record<string, Tensor> {
    return { accumulator: full(param.shape, this.options.initialAccumulatorValue, param.dtype, param) }
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
    const accumulator = add(slots.accumulator!, square(gradient))
    const change = div(mul(gradient, learningRate), sqrt(add(accumulator, this.options.epsilon)))
    return [sub(param, change), { accumulator }] as const
  }
}
