import { type ConfigOf, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { add, clip, div, full, mul, pow, sqrt, square, sub, type Tensor, zerosLike } from '@gradus/tensor'

const fields = {
  /** How the rate falls with the sum of squares: as its power. 0 keeps the rate. */
  learningRatePower: { type: 'number', max: 0, default: -0.5 },
  /** The sum of squares before the first update. */
  initialAccumulatorValue: { type: 'number', min: 0, default: 0.1 },
  /** The strength of the L1 penalty. */
  l1RegularizationStrength: { type: 'number', min: 0, default: 0 },
  /** The strength of the L2 penalty, which makes steps smaller. */
  l2RegularizationStrength: { type: 'number', min: 0, default: 0 },
  /** The strength of the L2 penalty that is added to the loss and makes parameters smaller. */
  l2ShrinkageRegularizationStrength: { type: 'number', min: 0, default: 0 },
  /** The constant beta of the paper. */
  beta: { type: 'number', default: 0 },
} as const

/** Options of `Ftrl`. */
export interface FtrlConfig extends ConfigOf<typeof fields> {}

/**
 * "Follow the regularized leader", for shallow models with many sparse inputs; its L1 penalty makes parameters exactly 0. With
 * p = -learningRatePower: n' = n + g^2, z += g + 2 shrinkage w - (n'^p - n^p) w / lr, w = (clip(z, -l1, l1) - z) /
 * (n'^p / lr + 2 l2 + beta / lr). The parameter depends on z and n alone, so its initial value is lost at the first update.
 * Source: Keras `optimizers.Ftrl`; McMahan et al. 2013.
 *
 * @example
 * import { Ftrl } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new Ftrl({ learningRate: 0.5, initialAccumulatorValue: 0, l1RegularizationStrength: 1 })
 * const params = { w: tensor([0, 0]) }
 * const [next] = optimizer.update({ w: tensor([4, 0.5]) }, optimizer.init(params), params)
 * next.w.array() // => [-0.375, 0]
 */
export class Ftrl extends Optimizer<FtrlConfig> {
  static readonly type = 'Ftrl'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override slots(param: Tensor): Record<string, Tensor> {
    return {
      accumulator: full(param.shape, this.options.initialAccumulatorValue, param.dtype, param),
      linear: zerosLike(param),
    }
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
    const { l1RegularizationStrength: l1, l2RegularizationStrength: l2, beta } = this.options
    const shrinkage = this.options.l2ShrinkageRegularizationStrength
    const accumulator = add(slots.accumulator!, square(gradient))
    const scale = this.power(accumulator)
    const sigma = div(sub(scale, this.power(slots.accumulator!)), learningRate)
    const pull = shrinkage ? add(gradient, mul(param, 2 * shrinkage)) : gradient
    const linear = add(slots.linear!, sub(pull, mul(sigma, param)))
    const quadratic = add(div(scale, learningRate), mul(add(div(beta, mul(learningRate, 2)), l2), 2))
    return [div(sub(clip(linear, -l1, l1), linear), quadratic), { accumulator, linear }] as const
  }

  private power(x: Tensor): Tensor {
    const power = -this.options.learningRatePower
    return power === 0.5 ? sqrt(x) : pow(x, power)
  }
}
