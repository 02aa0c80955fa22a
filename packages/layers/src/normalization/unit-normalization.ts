import { type ConfigOf, Layer, type OptionsOf } from '@gradus/core'
import { l2Normalize, normalizeAxes, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'

const fields = {
  /** Axes over which the norm is taken. */
  axis: { type: ['integer', 'numbers'], default: -1 },
} as const

/** The options of `UnitNormalization`. */
export interface UnitNormalizationConfig extends ConfigOf<typeof fields> {}

/**
 * Divides the input by its Euclidean norm over `axis`, so that the norm becomes 1; zeros stay. Throws `ShapeError` for axes that
 * the input does not have. Keras: `UnitNormalization`.
 *
 * @example
 * import { UnitNormalization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new UnitNormalization().call(tensor([[3, 4], [0, 0]])).array() // => [[0.6, 0.8], [0, 0]]
 */
export class UnitNormalization extends Layer<UnitNormalizationConfig> {
  static readonly type = 'UnitNormalization'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  apply(given: Tensor): Tensor {
    const x = floatInput(this, given)
    return l2Normalize(x, { axis: normalizeAxes(this.type, this.options.axis, x.rank), epsilon: 1e-12 })
  }
}
