import { type ConfigOf, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { add, div, greater, logicalAnd, mul, pow, sqrt, square, sub, sum, type Tensor, where } from '@gradus/tensor'
import { initialMoments, momentFields, nextMoments } from './moments.ts'

/** Options of `Lamb`. */
export interface LambConfig extends ConfigOf<typeof momentFields> {}

/**
 * Adam for large batches: the step of each parameter is scaled to the norm of the parameter. With u = m / (1 - b1^t) /
 * (sqrt(v / (1 - b2^t)) + eps): w -= lr u |w| / |u|, and w -= lr u where one of the norms is 0. Source: Keras
 * `optimizers.Lamb`; You et al. 2019.
 *
 * @example
 * import { Lamb } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new Lamb({ learningRate: 0.5 })
 * const params = { w: tensor([3, 4]) }
 * const [next] = optimizer.update({ w: tensor([10, 0]) }, optimizer.init(params), params)
 * next.w.array().map((x) => x.toFixed(3)) // => ['0.500', '4.000']
 */
export class Lamb extends Optimizer<LambConfig> {
  static readonly type = 'Lamb'
  static override readonly fields = momentFields
  declare readonly options: OptionsOf<typeof momentFields>

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
    const mean = div(moments.momentum, sub(1, pow(beta1, iteration)))
    const root = add(sqrt(div(moments.velocity, sub(1, pow(beta2, iteration)))), epsilon)
    const update = div(mean, root)
    const [paramNorm, updateNorm] = [norm(param), norm(update)]
    const ratio = where(logicalAnd(greater(paramNorm, 0), greater(updateNorm, 0)), div(paramNorm, updateNorm), 1)
    return [sub(param, mul(mul(learningRate, ratio), update)), moments] as const
  }
}

function norm(x: Tensor): Tensor {
  return sqrt(sum(square(x)))
}
