import { type ConfigOf, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { add, div, expm1, greater, maximum, mul, neg, pow, sqrt, square, sub, type Tensor, where } from '@gradus/tensor'
import { initialMoments, nextMoments } from './moments.ts'

const fields = {
  /** The decay rate of the running mean of gradients. */
  beta1: { type: 'number', min: 0, max: 1, default: 0.9 },
  /** The decay rate of the running mean of squared gradients. */
  beta2: { type: 'number', min: 0, below: 1, default: 0.999 },
  /** Added to the root of the running mean of squares. */
  epsilon: { type: 'number', min: 0, default: 1e-8 },
} as const

/** Options of `RAdam`. */
export interface RAdamConfig extends ConfigOf<typeof fields> {}

/**
 * Adam without warm-up: it divides by the root of the mean square only from the update at which the variance of this mean is
 * known, and corrects for it. With r = 2 / (1 - b2) - 1 and s = r - 2 t b2^t / (1 - b2^t): w -= lr m / (1 - b1^t) where s is 5
 * or less, otherwise times sqrt((s - 4)(s - 2) r / ((r - 4)(r - 2) s)) sqrt(1 - b2^t) / (sqrt(v) + eps). Weight decay is
 * decoupled, as in all optimizers here. Source: PyTorch `optim.RAdam`; Liu et al. 2019. Keras has no such optimizer.
 *
 * @example
 * import { RAdam } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new RAdam({ learningRate: 0.1 })
 * const params = { w: tensor([1, 1]) }
 * const [next] = optimizer.update({ w: tensor([2, -0.5]) }, optimizer.init(params), params)
 * next.w.array().map((x) => x.toFixed(3)) // => ['0.800', '1.050']
 */
export class RAdam extends Optimizer<RAdamConfig> {
  static readonly type = 'RAdam'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override slots(param: Tensor): Record<string, Tensor> {
    return initialMoments(param)
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
    const { beta1, beta2, epsilon } = this.options
    const moments = nextMoments(gradient, slots, this.options)
    const plain = div(mul(moments.momentum, learningRate), sub(1, pow(beta1, iteration)))
    const limit = 2 / (1 - beta2) - 1
    if (limit <= 5) return [sub(param, plain), moments] as const
    const rate = -Math.log(beta2)
    const length = lengthAt(iteration, limit, rate)
    const variance = div(mul(sub(length, 4), mul(sub(length, 2), limit)), mul(length, (limit - 4) * (limit - 2)))
    const correction = neg(expm1(mul(iteration, -rate)))
    const adapted = div(mul(plain, sqrt(mul(variance, correction))), add(sqrt(moments.velocity), epsilon))
    return [sub(param, where(greater(length, 5), adapted, plain)), moments] as const
  }
}

// s = r - 2 t b^t / (1 - b^t), at least 5. In this form nothing cancels in float32: with x = -t ln b it is
// r + 2 / ln b - 2 (1 - x / (e^x - 1)) / ln b. `rate` is -ln b.
function lengthAt(iteration: Tensor, limit: number, rate: number): Tensor {
  const x = mul(iteration, rate)
  const growth = expm1(x)
  const length = add(mul(div(sub(growth, x), growth), 2 / rate), limit - 2 / rate)
  return maximum(length, 5)
}
