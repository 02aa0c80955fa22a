import { type ConfigOf, Layer, type OptionsOf, type Rng, type Scope } from '@gradus/core'
import { full, mul, type Tensor } from '@gradus/tensor'

const fields = {
  /** The factors before training. */
  initValues: { type: 'number', required: true, example: '1e-6' },
  /** The number of channels. */
  projectionDim: { type: 'integer', min: 1, required: true, example: '96' },
} as const

/** The options of `LayerScale`. */
export interface LayerScaleConfig extends ConfigOf<typeof fields> {}

/** The parameters of `LayerScale`. */
export type LayerScaleParams = {
  /** `[projectionDim]` */
  readonly gamma: Tensor
}

/**
 * Multiplies each channel, along the last axis, by a factor that is trained; the shape stays. A part of `ConvNeXt`. Keras:
 * `LayerScale` (Touvron et al., 2021).
 *
 * @example
 * import { LayerScale } from '@gradus/applications'
 * import { tensor } from '@gradus/tensor'
 * new LayerScale({ initValues: 0.5, projectionDim: 2 }).call(tensor([[2, 4]])).array() // => [[1, 2]]
 */
export class LayerScale extends Layer<LayerScaleConfig, LayerScaleParams> {
  static readonly type = 'LayerScale'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override init(_rng: Rng): LayerScaleParams {
    const { initValues, projectionDim } = this.options
    return { gamma: full([projectionDim], initValues, this.dtype) }
  }

  apply(x: Tensor, { params }: Scope<this>): Tensor {
    return mul(x, params.gamma)
  }
}
