import {
  type ConfigArgument,
  type ConfigOf,
  type FieldTable,
  Layer,
  type LayerOptions,
  type OptionsOf,
} from '@gradus/core'
import type { PoolOptions, Tensor } from '@gradus/tensor'
import { dataFormats, fromChannelsLast, toChannelsLast } from '../data-format.ts'
import { perSpatialAxis } from '../option-checks.ts'
import { requireSpatial, type SpatialRank } from '../spatial-input.ts'

const fields = {
  /** Size of the window along each spatial axis, or one number for all. */
  poolSize: { type: ['integer', 'numbers'], min: 1, default: 2 },
  /** Distance between windows (default poolSize). */
  strides: { type: ['integer', 'numbers'], min: 1 },
  /** `valid` pads nothing; with `same` the output size is ceil(input / stride), and padding does not count. */
  padding: { oneOf: ['valid', 'same'], default: 'valid' },
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of the layers that pool windows. */
export interface PoolingConfig extends ConfigOf<typeof fields> {}

/** The base class of Keras's max and average pooling of 1 to 3 spatial axes. */
export abstract class PoolingLayer extends Layer<PoolingConfig> {
  static override readonly fields: FieldTable = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly pool: PoolOptions

  constructor(...config: ConfigArgument<LayerOptions<PoolingConfig>>) {
    super(...config)
    const { poolSize, strides, padding } = this.options
    const sizes = perSpatialAxis(this.type, 'poolSize', poolSize, this.spatialRank())
    const steps = perSpatialAxis(this.type, 'strides', strides ?? sizes, this.spatialRank())
    this.pool = { poolSize: sizes, strides: steps, padding }
  }

  /** Returns the number of spatial axes. */
  protected abstract spatialRank(): SpatialRank

  /** Pools `[batch, ...spatial, channels]`. */
  protected abstract pooled(x: Tensor, options: PoolOptions): Tensor

  apply(x: Tensor): Tensor {
    const { dataFormat } = this.options
    requireSpatial(this, x.shape, this.spatialRank(), dataFormat, 'Pool before flattening.')
    return fromChannelsLast(this.pooled(toChannelsLast(x, dataFormat), this.pool), dataFormat)
  }
}
