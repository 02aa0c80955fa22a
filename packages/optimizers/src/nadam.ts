import { type ConfigOf, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { add, cast, div, full, mul, pow, sqrt, square, sub, type Tensor } from '@gradus/tensor'
import { complement, initialMoments, momentFields, runningMean } from './moments.ts'

/** Options of `Nadam`. */
export interface NadamConfig extends ConfigOf<typeof momentFields> {}

/**
 * Adam with Nesterov momentum. With u_t = b1 (1 - 0.96^t / 2) and P the product of u_1 to u_t: m += (g - m)(1 - b1),
 * v += (g^2 - v)(1 - b2), n = u_{t+1} m / (1 - P u_{t+1}) + (1 - u_t) g / (1 - P), w -= lr n / (sqrt(v / (1 - b2^t)) + eps).
 * Source: Keras `optimizers.Nadam`; Dozat 2016.
 *
 * @example
 * import { Nadam } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new Nadam({ learningRate: 0.1, beta1: 0 })
 * const params = { w: tensor([1, 1]) }
 * const [next] = optimizer.update({ w: tensor([20, -0.5]) }, optimizer.init(params), params)
 * next.w.array().map((x) => x.toFixed(3)) // => ['0.900', '1.100']
 */
export class Nadam extends Optimizer<NadamConfig> {
  static readonly type = 'Nadam'
  static override readonly fields = momentFields
  declare readonly options: OptionsOf<typeof momentFields>

  protected override slots(param: Tensor): Record<string, Tensor> {
    return initialMoments(param)
  }

  protected override magnitude(gradient: Tensor): Tensor {
    return square(gradient)
  }

  protected override shared(): Record<string, Tensor> {
    return { momentumProduct: full([], 1) }
  }

  protected override advance(
    { momentumProduct }: Readonly<Record<string, Tensor>>,
    { iteration }: Pick<StepContext, 'iteration'>,
  ) {
    return { momentumProduct: mul(momentumProduct!, this.momentumAt(iteration)) }
  }

  protected step(
    param: Tensor,
    gradient: Tensor,
    slots: Readonly<Record<string, Tensor>>,
    { learningRate, iteration, shared }: StepContext,
  ) {
    const { beta1, beta2, epsilon } = this.options
    const { dtype } = param
    const now = this.momentumAt(iteration)
    const soon = this.momentumAt(add(iteration, 1))
    const product = cast(shared.momentumProduct!, dtype)
    const momentum = runningMean(slots.momentum!, gradient, complement(beta1, dtype))
    const velocity = runningMean(slots.velocity!, square(gradient), complement(beta2, dtype))
    const mean = add(
      div(mul(momentum, soon), sub(1, mul(product, soon))),
      div(mul(gradient, sub(1, now)), sub(1, product)),
    )
    const meanSquare = div(velocity, sub(1, pow(beta2, iteration)))
    return [sub(param, div(mul(mean, learningRate), add(sqrt(meanSquare), epsilon))), { momentum, velocity }] as const
  }

  // u_t
  private momentumAt(iteration: Tensor): Tensor {
    return mul(sub(1, mul(pow(0.96, iteration), 0.5)), this.options.beta1)
  }
}
