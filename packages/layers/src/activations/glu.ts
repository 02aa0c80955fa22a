import { Activation, type Fields } from '@gradus/core'
import { formatShape, mul, normalizeAxis, ShapeError, sigmoid, sliceAxis, type Tensor } from '@gradus/tensor'

export interface GluConfig {
  /** The axis that is halved (default -1). */
  readonly axis?: number
}

/**
 * The first half of an axis times the sigmoid of its second half; halves that axis.
 * Throws `ShapeError` for an axis of odd length. Keras: `glu` (Dauphin et al., 2017).
 */
export class Glu extends Activation<GluConfig> {
  static readonly type = 'glu'
  static override readonly fields = { axis: 'integer' } satisfies Fields<GluConfig>

  compute(x: Tensor): Tensor {
    const { axis = -1 } = this.config
    const along = normalizeAxis('glu', axis, x.rank)
    const size = x.shape[along]!
    if (size % 2 !== 0) {
      throw new ShapeError(
        `glu halves axis ${axis}, and in an input of shape ${formatShape(x.shape)} that axis has ${size} elements. Give it an even number.`,
      )
    }
    return mul(sliceAxis(x, along, 0, size / 2), sigmoid(sliceAxis(x, along, size / 2, size / 2)))
  }
}
