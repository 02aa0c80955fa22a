import { type ConfigArgument, Layer, type LayerOptions } from '@gradus/core'
import { broadcastTo, reshape, type Tensor } from '@gradus/tensor'
import type { DataFormat } from '../data-format.ts'
import { perSpatialAxis } from '../option-checks.ts'
import { requireSpatial, type SpatialRank, spatialAxesOf } from '../spatial-input.ts'

/** The options of the layers that enlarge their input. */
interface UpSamplingOptions {
  readonly size: number | readonly number[]
  readonly dataFormat?: DataFormat
}

/** The base class of Keras's `UpSampling1D`, `UpSampling2D` and `UpSampling3D`. It repeats elements. */
export abstract class UpSamplingLayer<C extends object> extends Layer<C> {
  declare readonly options: UpSamplingOptions
  /** The factor for each spatial axis. */
  protected readonly factors: readonly number[]

  constructor(...config: ConfigArgument<LayerOptions<C>>) {
    super(...config)
    this.factors = perSpatialAxis(this.type, 'size', this.options.size, this.spatialRank())
  }

  /** Returns the number of spatial axes. */
  protected abstract spatialRank(): SpatialRank

  apply(x: Tensor): Tensor {
    const { dataFormat = 'channelsLast' } = this.options
    requireSpatial(this, x.shape, this.spatialRank(), dataFormat)
    return this.enlarged(x, dataFormat)
  }

  /** Repeats each element along the spatial axes. */
  protected enlarged(x: Tensor, format: DataFormat): Tensor {
    const counts = x.shape.map(() => 1)
    for (const [index, axis] of spatialAxesOf(this.spatialRank(), format).entries()) counts[axis] = this.factors[index]!
    const spread = broadcastTo(
      reshape(
        x,
        x.shape.flatMap((d, axis) => (counts[axis] === 1 ? [d] : [d, 1])),
      ),
      x.shape.flatMap((d, axis) => (counts[axis] === 1 ? [d] : [d, counts[axis]!])),
    )
    return reshape(
      spread,
      x.shape.map((d, axis) => d * counts[axis]!),
    )
  }
}
