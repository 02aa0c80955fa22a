import {
  type ConfigArgument,
  type ConfigOf,
  type FieldTable,
  Layer,
  type LayerOptions,
  type OptionsOf,
} from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { dataFormats, fromChannelsLast, toChannelsLast } from '../data-format.ts'
import { perSpatialAxis } from '../option-checks.ts'
import { requireSpatial, type SpatialRank } from '../spatial-input.ts'

const fields = {
  /** Size of the output along each spatial axis, or one number for all. */
  outputSize: { type: ['integer', 'numbers'], min: 1, required: true, example: '2' },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of the layers that pool to a given size. */
export interface AdaptivePoolingConfig extends ConfigOf<typeof fields> {}

/** The base class of Keras's adaptive max and average pooling of 1 to 3 spatial axes. */
export abstract class AdaptivePoolingLayer extends Layer<AdaptivePoolingConfig> {
  static override readonly fields: FieldTable = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly outputSize: readonly number[]

  constructor(...config: ConfigArgument<LayerOptions<AdaptivePoolingConfig>>) {
    super(...config)
    this.outputSize = perSpatialAxis(this.type, 'outputSize', this.options.outputSize, this.spatialRank())
  }

  /** Returns the number of spatial axes. */
  protected abstract spatialRank(): SpatialRank

  /** Pools `[batch, ...spatial, channels]` to this size of the spatial axes. */
  protected abstract pooled(x: Tensor, outputSize: readonly number[]): Tensor

  apply(x: Tensor): Tensor {
    const { dataFormat } = this.options
    requireSpatial(this, x.shape, this.spatialRank(), dataFormat, 'Pool before flattening.')
    return fromChannelsLast(this.pooled(toChannelsLast(x, dataFormat), this.outputSize), dataFormat)
  }
}
