import { type ConfigOf, Layer, type OptionsOf } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { leakyRelu } from '../activations/rectifiers.ts'
import { floatInput } from '../float-input.ts'

const fields = {
  /** The slope below 0. */
  negativeSlope: { type: 'number', min: 0, default: 0.3 },
  /** The name of `negativeSlope` in Keras 2; it counts if both are given. */
  alpha: { type: 'number', min: 0 },
} as const

/** The options of `LeakyReLU`. */
export interface LeakyReLUConfig extends ConfigOf<typeof fields> {}

/**
 * x where it is positive, negativeSlope * x elsewhere; the shape stays. The slope is 0.3 by default; it is 0.2 in the activation
 * `leakyRelu`. Keras: `LeakyReLU` (Maas et al., 2013).
 *
 * @example
 * import { LeakyReLU } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new LeakyReLU({ negativeSlope: 0.5 }).call(tensor([[-4, 3]])).array() // => [[-2, 3]]
 */
export class LeakyReLU extends Layer<LeakyReLUConfig> {
  static readonly type = 'LeakyReLU'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor): Tensor {
    const { alpha, negativeSlope } = this.options
    return leakyRelu(floatInput(this, x), { negativeSlope: alpha ?? negativeSlope })
  }
}
