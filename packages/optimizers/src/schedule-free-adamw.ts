import { type ConfigOf, learningRateTypes, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { add, div, minimum, mul, pow, sqrt, square, sub, type Tensor, zerosLike } from '@gradus/tensor'
import { complement, runningMean } from './moments.ts'

const fields = {
  /** The learning rate, or a schedule. */
  learningRate: { type: learningRateTypes, min: 0, default: 0.0025 },
  /** The weight of the average in the parameters at which gradients are taken (Keras's beta_1). */
  beta1: { type: 'number', above: 0, max: 1, default: 0.9 },
  /** The decay rate of the running mean of squared gradients (Keras's beta_2). */
  beta2: { type: 'number', min: 0, max: 1, default: 0.999 },
  /** Added to the root of the running mean of squares. */
  epsilon: { type: 'number', min: 0, default: 1e-8 },
  /** The number of updates in which the learning rate rises linearly from 0. */
  warmupSteps: { type: 'number', min: 0, default: 0 },
} as const

/** Options of `ScheduleFreeAdamW`. */
export interface ScheduleFreeAdamWConfig extends ConfigOf<typeof fields> {}

/**
 * AdamW without a schedule: instead of decreasing the learning rate it averages the parameters. The state `momentum` holds z,
 * which takes the steps of RMSprop; x is the mean of z over all updates; gradients are taken at the parameters
 * w = (1 - b1) z + b1 x. Update t: v += (g^2 - v)(1 - b2), z' = z - lr g / (sqrt(v / (1 - b2^t)) + eps),
 * x' = (1 - 1/t) x + z' / t. Source: Keras `optimizers.ScheduleFreeAdamW` on JAX; Defazio et al. 2024.
 *
 * @example
 * import { ScheduleFreeAdamW } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new ScheduleFreeAdamW({ learningRate: 0.5 })
 * const params = { w: tensor([1, 2]) }
 * const [next] = optimizer.update({ w: tensor([3, -0.01]) }, optimizer.init(params), params)
 * next.w.array().map((x) => x.toFixed(3)) // => ['0.500', '2.500']
 */
export class ScheduleFreeAdamW extends Optimizer<ScheduleFreeAdamWConfig> {
  static readonly type = 'ScheduleFreeAdamW'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override slots(param: Tensor): Record<string, Tensor> {
    // a copy, because the parameter itself may be donated
    return { momentum: add(param, 0), velocity: zerosLike(param) }
  }

  protected override magnitude(gradient: Tensor): Tensor {
    return square(gradient)
  }

  protected step(
    param: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
    { learningRate, iteration }: StepContext,
  ) {
    const { beta1, beta2, epsilon, warmupSteps } = this.options
    const rate = warmupSteps > 0 ? mul(learningRate, minimum(div(iteration, warmupSteps), 1)) : learningRate
    const velocity = runningMean(slots.velocity!, square(gradient), complement(beta2, param.dtype))
    const root = add(sqrt(div(velocity, sub(1, pow(beta2, iteration)))), epsilon)
    const momentum = sub(slots.momentum!, div(mul(gradient, rate), root))
    const weight = div(1, iteration)
    const weightOfLatest = complement(beta1, param.dtype)
    const average = div(sub(param, mul(slots.momentum!, weightOfLatest)), beta1)
    const nextAverage = add(mul(average, sub(1, weight)), mul(momentum, weight))
    return [add(mul(momentum, weightOfLatest), mul(nextAverage, beta1)), { momentum, velocity }] as const
  }
}
