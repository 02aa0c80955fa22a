import { type ConfigOf, Layer, type OptionsOf } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { relu } from '../activations/rectifiers.ts'
import { floatInput } from '../float-input.ts'

const fields = {
  /** The largest output; unlimited by default. */
  maxValue: { type: 'number', min: 0 },
  /** The slope below the threshold. */
  negativeSlope: { type: 'number', min: 0, default: 0 },
  /** Up to this value the slope applies: negativeSlope * (x - threshold). */
  threshold: { type: 'number', min: 0, default: 0 },
} as const

/** The options of `ReLU`. */
export interface ReLUConfig extends ConfigOf<typeof fields> {}

/**
 * max(x, 0), with options for a slope below the threshold and a maximum; the shape stays. Keras: `ReLU`.
 *
 * @example
 * import { ReLU } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new ReLU({ maxValue: 6 }).call(tensor([[-2, 1, 9]])).array() // => [[0, 1, 6]]
 */
export class ReLU extends Layer<ReLUConfig> {
  static readonly type = 'ReLU'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor): Tensor {
    const { maxValue, negativeSlope, threshold } = this.options
    return relu(floatInput(this, x), { negativeSlope, threshold, ...(maxValue !== undefined && { maxValue }) })
  }
}
