import { type ConfigArgument, Layer, type LayerOptions } from '@gradus/core'
import { pad, type Tensor } from '@gradus/tensor'
import type { DataFormat } from '../data-format.ts'
import { firstSpatialAxis, requireSpatial, type SpatialRank } from '../spatial-input.ts'
import { type BorderAmounts, borderPairs } from './border-amounts.ts'

/** The options of the layers that pad. */
interface ZeroPaddingOptions {
  readonly padding: BorderAmounts
  readonly dataFormat: DataFormat
}

/** The base class of Keras's `ZeroPadding1D`, `ZeroPadding2D` and `ZeroPadding3D`. */
export abstract class ZeroPaddingLayer<C extends object> extends Layer<C> {
  declare readonly options: ZeroPaddingOptions

  /** The numbers of elements before and after each spatial axis. */
  private readonly pairs: readonly (readonly [before: number, after: number])[]

  constructor(...config: ConfigArgument<LayerOptions<C>>) {
    super(...config)
    this.pairs = borderPairs(this.type, 'padding', this.options.padding, this.spatialRank())
  }

  /** Returns the number of spatial axes. */
  protected abstract spatialRank(): SpatialRank

  apply(x: Tensor): Tensor {
    const { dataFormat } = this.options
    requireSpatial(this, x.shape, this.spatialRank(), dataFormat)
    const { pairs } = this
    const first = firstSpatialAxis(dataFormat)
    return pad(
      x,
      x.shape.map((_, axis) => pairs[axis - first] ?? [0, 0]),
    )
  }
}
