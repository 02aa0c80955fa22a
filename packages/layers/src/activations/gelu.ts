import { Activation, type Fields } from '@gradus/core'
import { gelu, type Tensor } from '@gradus/tensor'

export interface GeluConfig {
  /** Use the approximation by the hyperbolic tangent (default false). */
  readonly approximate?: boolean
}

/**
 * x times the probability that a standard normal number is below x: 0.5 x (1 + erf(x / sqrt(2))).
 * Keras: `gelu` (Hendrycks and Gimpel, 2016), exact by default.
 *
 * @example
 * import { Gelu } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Gelu().compute(tensor([0])).array() // => [0]
 */
export class Gelu extends Activation<GeluConfig> {
  static readonly type = 'gelu'
  static override readonly fields = { approximate: 'boolean' } satisfies Fields<GeluConfig>

  compute(x: Tensor): Tensor {
    return gelu(x, { approximate: this.config.approximate ?? false })
  }
}
