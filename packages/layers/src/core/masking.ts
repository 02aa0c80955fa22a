import { type ConfigOf, Layer, type OptionsOf, shapeError } from '@gradus/core'
import { any, notEqual, type Tensor, where } from '@gradus/tensor'

const fields = {
  /** Steps whose values all equal this are masked. */
  maskValue: { type: 'number', default: 0 },
} as const

/** The options of `Masking`. */
export interface MaskingConfig extends ConfigOf<typeof fields> {}

/**
 * Masks the steps of a sequence `[batch, time, features]` whose features all equal `maskValue`: they become 0, and later layers
 * that support masks leave them out. The shape stays. Throws `ShapeError` for an input without features. Keras: `Masking`.
 *
 * @example
 * import { Masking } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Masking({ maskValue: -1 }).call(tensor([[[1, -1], [-1, -1]]])).array() // => [[[1, -1], [0, 0]]]
 */
export class Masking extends Layer<MaskingConfig> {
  static readonly type = 'Masking'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor): Tensor {
    if (x.rank < 2) {
      throw shapeError(this, 'an input of shape [batch, ..., features]', x.shape, 'Add the missing axis with reshape.')
    }
    return where(this.counts(x, true), x, 0)
  }

  override computeMask(x: Tensor): Tensor {
    return this.counts(x, false)
  }

  private counts(x: Tensor, keepDims: boolean): Tensor {
    return any(notEqual(x, this.options.maskValue), { axis: -1, keepDims })
  }
}
