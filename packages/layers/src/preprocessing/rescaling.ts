import { type ConfigOf, type Kind, Layer, type OptionsOf } from '@gradus/core'
import { add, mul, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { constantOf, type NestedValues, nestedValues } from './given-moments.ts'

const valuesKind = 'unknown' as Kind<NestedValues>

const fields = {
  /** The factor: a number, or numbers that broadcast against the input, such as one for each channel. */
  scale: { type: valuesKind, required: true, example: '1 / 255' },
  /** Is added after the multiplication; in the form of `scale`. */
  offset: { type: valuesKind, default: 0 },
} as const

/** The options of `Rescaling`. */
export interface RescalingConfig extends ConfigOf<typeof fields> {}

/**
 * Computes x * scale + offset; the shape stays. Integers become floats. Keras: `Rescaling`.
 *
 * @example
 * import { Rescaling } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Rescaling({ scale: 1 / 127.5, offset: -1 }).call(tensor([[0, 255]])).array() // => [[-1, 1]]
 */
export class Rescaling extends Layer<RescalingConfig> {
  static readonly type = 'Rescaling'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor): Tensor {
    const values = floatInput(this, x)
    const [scale, offset] = (['scale', 'offset'] as const).map((key) => {
      const given = nestedValues(this.type, key, this.options[key])
      return given.shape.length === 0 ? given.data[0]! : constantOf(given, given.shape, values.dtype)
    })
    return add(mul(values, scale!), offset!)
  }
}
