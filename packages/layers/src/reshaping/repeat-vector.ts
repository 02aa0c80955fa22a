import { type ConfigOf, Layer, type OptionsOf, shapeError } from '@gradus/core'
import { broadcastTo, expandDims, type Tensor } from '@gradus/tensor'

const fields = {
  /** How often each sample is repeated. */
  n: { type: 'integer', min: 1, required: true, example: '3' },
} as const

/** The options of `RepeatVector`. */
export interface RepeatVectorConfig extends ConfigOf<typeof fields> {}

/**
 * Repeats each sample as the steps of a sequence: `[batch, features]` gives `[batch, n, features]`. Throws `ShapeError` for other
 * ranks. Keras: `RepeatVector`.
 *
 * @example
 * import { RepeatVector } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new RepeatVector({ n: 2 }).call(tensor([[1, 2]])).array() // => [[[1, 2], [1, 2]]]
 */
export class RepeatVector extends Layer<RepeatVectorConfig> {
  static readonly type = 'RepeatVector'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  apply(x: Tensor): Tensor {
    if (x.rank !== 2) {
      throw shapeError(
        this,
        'samples of shape [batch, features]',
        x.shape,
        'Reshape each sample to one row of features, or add an axis of one feature, as in reshape(x, [-1, 1]).',
      )
    }
    const [batch, features] = x.shape as [number, number]
    return broadcastTo(expandDims(x, 1), [batch, this.options.n, features])
  }
}
