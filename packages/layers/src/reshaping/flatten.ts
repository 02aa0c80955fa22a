import { type ConfigOf, Layer, type OptionsOf, shapeError } from '@gradus/core'
import { reshape, type Tensor, transpose } from '@gradus/tensor'
import { dataFormats } from '../data-format.ts'

const fields = {
  /** With `channelsFirst` the channels are moved last before flattening, so that the same weights fit both formats. */
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
} as const

/** The options of `Flatten`. */
export interface FlattenConfig extends ConfigOf<typeof fields> {}

/**
 * Flattens each sample: `[batch, ...]` gives `[batch, size of a sample]`. Throws `ShapeError` for a scalar. Keras: `Flatten`.
 *
 * @example
 * import { Flatten } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Flatten().call(tensor([[[1, 2], [3, 4]]])).array() // => [[1, 2, 3, 4]]
 */
export class Flatten extends Layer<FlattenConfig> {
  static readonly type = 'Flatten'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  apply(x: Tensor): Tensor {
    const [batch, ...sample] = x.shape
    if (batch === undefined) {
      throw shapeError(this, 'an input with a batch axis', x.shape, 'Add one, as in reshape(x, [1]).')
    }
    const channelsLast =
      this.options.dataFormat === 'channelsFirst' && x.rank > 2
        ? transpose(x, [0, ...sample.slice(1).map((_, i) => i + 2), 1])
        : x
    return reshape(channelsLast, [batch, sample.reduce((size, d) => size * d, 1)])
  }
}
