import { type Fields, Layer, type LayerConfig } from '@gradus/core'
import { reshape, type Tensor, transpose } from '@gradus/tensor'
import { chooseOption } from '../choice.ts'
import { type DataFormat, dataFormats } from '../data-format.ts'
import { withInstances } from '../named-options.ts'

export interface FlattenConfig {
  /** With channelsFirst the channels are moved last before flattening, so that weights fit either format (default channelsLast). */
  readonly dataFormat?: DataFormat
}

/**
 * Each sample as one row: `[batch, ...]` gives `[batch, size of a sample]`. Keras: `Flatten`.
 *
 * @example
 * import { Flatten } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Flatten().apply(tensor([[[1, 2], [3, 4]]])).array() // => [[1, 2, 3, 4]]
 */
export class Flatten extends Layer<FlattenConfig> {
  static readonly type = 'Flatten'
  static override readonly fields = { dataFormat: 'string' } satisfies Fields<FlattenConfig>
  private readonly dataFormat: DataFormat

  constructor(config: FlattenConfig & LayerConfig = {}) {
    super(withInstances('Flatten', config))
    this.dataFormat = chooseOption('Flatten', 'dataFormat', config.dataFormat, dataFormats)
  }

  apply(x: Tensor): Tensor {
    const [batch = 1, ...sample] = x.shape
    const channelsLast =
      this.dataFormat === 'channelsFirst' && x.rank > 2
        ? transpose(x, [0, ...sample.slice(1).map((_, i) => i + 2), 1])
        : x
    return reshape(channelsLast, [batch, sample.reduce((size, d) => size * d, 1)])
  }
}
