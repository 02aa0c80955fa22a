import { type ConfigArgument, Layer, type LayerOptions, shapeError } from '@gradus/core'
import { slice, type Tensor } from '@gradus/tensor'
import type { DataFormat } from '../data-format.ts'
import { firstSpatialAxis, requireSpatial, type SpatialRank } from '../spatial-input.ts'
import { type BorderAmounts, borderPairs } from './border-amounts.ts'

/** The options of the layers that crop. */
interface CroppingOptions {
  readonly cropping: BorderAmounts
  readonly dataFormat?: DataFormat
}

/** The base class of Keras's `Cropping1D`, `Cropping2D` and `Cropping3D`. */
export abstract class CroppingLayer<C extends object> extends Layer<C> {
  declare readonly options: CroppingOptions

  /** The numbers of elements before and after each spatial axis. */
  private readonly pairs: readonly (readonly [before: number, after: number])[]

  constructor(...config: ConfigArgument<LayerOptions<C>>) {
    super(...config)
    this.pairs = borderPairs(this.type, 'cropping', this.options.cropping, this.spatialRank())
  }

  /** Returns the number of spatial axes. */
  protected abstract spatialRank(): SpatialRank

  apply(x: Tensor): Tensor {
    const { dataFormat = 'channelsLast' } = this.options
    requireSpatial(this, x.shape, this.spatialRank(), dataFormat)
    const { pairs } = this
    const first = firstSpatialAxis(dataFormat)
    const size = x.shape.map((d, axis) => {
      const [before, after] = pairs[axis - first] ?? [0, 0]
      return d - before - after
    })
    if (pairs.some((_, index) => size[index + first]! <= 0)) {
      throw shapeError(
        this,
        'spatial axes that are longer than what is cropped',
        x.shape,
        `'cropping' takes ${pairs.map(([before, after]) => before + after).join(', ')} elements from them; crop less.`,
      )
    }
    return slice(
      x,
      x.shape.map((_, axis) => pairs[axis - first]?.[0] ?? 0),
      size,
    )
  }
}
