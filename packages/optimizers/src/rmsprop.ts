import { type ConfigOf, Optimizer, type OptionsOf, type StepContext } from '@gradus/core'
import { add, div, mul, sqrt, square, sub, type Tensor, zerosLike } from '@gradus/tensor'

const fields = {
  /** The decay rate of the running mean of squared gradients. */
  rho: { type: 'number', min: 0, max: 1, default: 0.9 },
  /** The factor of the last step that is added to the next. */
  momentum: { type: 'number', min: 0, max: 1, default: 0 },
  /** Added under the root. */
  epsilon: { type: 'number', min: 0, default: 1e-7 },
  /** Whether to divide by an estimate of the variance instead of the mean square. */
  centered: { type: 'boolean', default: false },
} as const

/** Options of `RMSprop`. */
export interface RMSpropConfig extends ConfigOf<typeof fields> {}

/**
 * Divides gradients by the root of the running mean of their squares: v = rho v + (1 - rho) g^2, w -= lr g / sqrt(v + eps). If
 * `centered`, the square of the running mean of gradients is subtracted from v. With momentum mu: m = mu m + lr g / sqrt(...),
 * w -= m. Source: Keras `optimizers.RMSprop`; Hinton, lecture 6.5, 2012.
 *
 * @example
 * import { RMSprop } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const optimizer = new RMSprop({ learningRate: 0.1, rho: 0.75, epsilon: 0 })
 * const params = { w: tensor([1]) }
 * const [next] = optimizer.update({ w: tensor([3]) }, optimizer.init(params), params)
 * next.w.item().toFixed(4) // => '0.8000'
 */
export class RMSprop extends Optimizer<RMSpropConfig> {
  static readonly type = 'RMSprop'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override slots(param: Tensor): Record<string, Tensor> {
    const { momentum, centered } = this.options
    return {
      velocity: zerosLike(param),
      ...(momentum ? { momentum: zerosLike(param) } : {}),
      ...(centered ? { averageGradient: zerosLike(param) } : {}),
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
    const { rho, momentum: mu, epsilon, centered } = this.options
    const next: Record<string, Tensor> = { velocity: add(mul(slots.velocity!, rho), mul(square(gradient), 1 - rho)) }
    let variance = next.velocity!
    if (centered) {
      next.averageGradient = add(mul(slots.averageGradient!, rho), mul(gradient, 1 - rho))
      variance = sub(variance, square(next.averageGradient))
    }
    const change = div(mul(gradient, learningRate), sqrt(add(variance, epsilon)))
    if (!mu) return [sub(param, change), next] as const
    next.momentum = add(mul(slots.momentum!, mu), change)
    return [sub(param, next.momentum), next] as const
  }
}
