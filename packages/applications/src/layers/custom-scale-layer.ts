import { type ConfigOf, Layer, type OptionsOf } from '@gradus/core'
import { add, mul, type Tensor } from '@gradus/tensor'

const fields = {
  /** The factor of the second tensor. */
  scale: { type: 'number', required: true, example: '0.17' },
} as const

/** The options of `CustomScaleLayer`. */
export interface CustomScaleLayerConfig extends ConfigOf<typeof fields> {}

/**
 * Computes a + b * scale of a list `[a, b]` of tensors of one shape, which stays. A part of `InceptionResNetV2`. Keras:
 * `CustomScaleLayer`.
 *
 * @example
 * import { CustomScaleLayer } from '@gradus/applications'
 * import { tensor } from '@gradus/tensor'
 * new CustomScaleLayer({ scale: 0.5 }).call([tensor([[1]]), tensor([[4]])]).array() // => [[3]]
 */
export class CustomScaleLayer extends Layer<CustomScaleLayerConfig> {
  static readonly type = 'CustomScaleLayer'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  apply([a, b]: readonly [Tensor, Tensor]): Tensor {
    return add(a, mul(b, this.options.scale))
  }
}
