import { type ConfigOf, firstMask, Layer, type OptionsOf, type Scope, titleOf } from '@gradus/core'
import { formatShape, greater, normalizeAxes, ShapeError, type Tensor } from '@gradus/tensor'
import { maskedSoftmax } from '../attention/masked-softmax.ts'
import { floatInput } from '../float-input.ts'

const fields = {
  /** The axis, or axes, whose probabilities add up to 1. */
  axis: { type: ['integer', 'numbers'], default: -1 },
} as const

/** The options of `Softmax`. */
export interface SoftmaxConfig extends ConfigOf<typeof fields> {}

/**
 * Probabilities proportional to exp(x) along an axis; the shape stays. With a mask, which is broadcast to the input, the
 * probabilities of the entries that do not count are 0, and the others add up to 1; numbers in a mask count if they exceed 0.5.
 * Throws `ShapeError` for axes that the input does not have and for a mask that does not fit. Keras: `Softmax`.
 *
 * @example
 * import { Softmax } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const mask = tensor([[true, true, false]])
 * new Softmax().call(tensor([[1, 1, 5]]), { mask }).array() // => [[0.5, 0.5, 0]]
 */
export class Softmax extends Layer<SoftmaxConfig> {
  static readonly type = 'Softmax'
  static override readonly fields = fields
  static override readonly callArguments = ['mask']
  declare readonly options: OptionsOf<typeof fields>

  override get supportsMasking(): boolean {
    return true
  }

  apply(given: Tensor, scope: Scope<this>): Tensor {
    const x = floatInput(this, given)
    const axes = normalizeAxes(titleOf(this), this.options.axis, x.rank)
    return maskedSoftmax(x, this.fitting(x, firstMask(scope.mask)), axes)
  }

  /** The mask as bools. */
  private fitting(x: Tensor, mask: Tensor | undefined): Tensor | undefined {
    if (!mask) return undefined
    const offset = x.rank - mask.rank
    if (offset < 0 || mask.shape.some((d, axis) => d !== 1 && d !== x.shape[axis + offset])) {
      throw new ShapeError(
        `${titleOf(this)} expects a mask that can be broadcast to its input ${formatShape(x.shape)} and got ${formatShape(mask.shape)}. ` +
          'Each dimension of the mask, counted from the last, must be 1 or that of the input.',
      )
    }
    return mask.dtype === 'bool' ? mask : greater(mask, 0.5)
  }
}
