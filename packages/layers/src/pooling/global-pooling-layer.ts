import { type ConfigOf, type FieldTable, Layer, type OptionsOf, type Scope } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { dataFormats } from '../data-format.ts'
import { requireSpatial, type SpatialRank, spatialAxesOf } from '../spatial-input.ts'

const fields = {
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
  /** Whether the spatial axes stay, with size 1. */
  keepDims: { type: 'boolean', default: false },
} as const

/** The options of the layers that pool all positions. */
export interface GlobalPoolingConfig extends ConfigOf<typeof fields> {}

/** The axes over which a layer reduces, and whether they stay. */
export interface GlobalReduction {
  readonly axis: readonly number[]
  readonly keepDims: boolean
}

/** The base class of Keras's global max and average pooling of 1 to 3 spatial axes. */
export abstract class GlobalPoolingLayer extends Layer<GlobalPoolingConfig> {
  static override readonly fields: FieldTable = fields
  declare readonly options: OptionsOf<typeof fields>

  /** Returns the number of spatial axes. */
  protected abstract spatialRank(): SpatialRank

  /** Reduces the spatial axes. */
  protected abstract reduced(x: Tensor, reduction: GlobalReduction, scope: Scope<this>): Tensor

  apply(x: Tensor, scope: Scope<this>): Tensor {
    const { dataFormat, keepDims } = this.options
    requireSpatial(this, x.shape, this.spatialRank(), dataFormat, 'Pool before flattening.')
    return this.reduced(x, { axis: spatialAxesOf(this.spatialRank(), dataFormat), keepDims }, scope)
  }
}
