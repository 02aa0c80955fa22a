import { type ConfigOf, Layer, type OptionsOf, type Scope, shapeError } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import type { DataFormat } from '../data-format.ts'
import { dropped, rateField, seedField, streamOf } from './noise.ts'

/** The fields of all layers that drop whole channels. */
export const spatialDropoutFields = {
  /** The fraction of the channels that is set to 0. */
  rate: rateField,
  /** Layers with different seeds drop different channels. Which ones also depends on the model's seed and the train step. */
  seed: seedField,
} as const

type SpatialConfig = ConfigOf<typeof spatialDropoutFields>

/** The base class of layers that drop whole channels of inputs with `axes` spatial axes. */
export abstract class SpatialDropout<C extends SpatialConfig> extends Layer<C> {
  declare readonly options: OptionsOf<typeof spatialDropoutFields> & { readonly dataFormat?: DataFormat }

  /** The number of spatial axes. */
  protected abstract get axes(): number

  override get supportsMasking(): boolean {
    return true
  }

  apply(x: Tensor, { rng, training }: Scope<this>): Tensor {
    const { rate, seed, dataFormat = 'channelsLast' } = this.options
    const last = dataFormat === 'channelsLast'
    const rank = this.axes + 2
    if (x.rank !== rank) {
      const spatial = ['time', 'height, width', 'depth, height, width'][this.axes - 1]!
      throw shapeError(
        this,
        `an input of shape ${last ? `[batch, ${spatial}, channels]` : `[batch, channels, ${spatial}]`}`,
        x.shape,
        'Dropout takes inputs with any number of axes.',
      )
    }
    if (!training) return x
    const channels = last ? rank - 1 : 1
    const shape = x.shape.map((d, axis) => (axis === 0 || axis === channels ? d : 1))
    return dropped(x, rate, shape, streamOf(rng, seed))
  }
}
