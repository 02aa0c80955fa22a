import { type ConfigOf, type Masks, masksIn, type OptionsOf, titleOf } from '@gradus/core'
import { any, concat, formatShape, full, normalizeAxis, ShapeError, type Tensor, type Tree } from '@gradus/tensor'
import { broadcastMask, MergeLayer } from './merge-layer.ts'

const fields = {
  /** The axis along which the inputs are joined. */
  axis: { type: 'integer', default: -1 },
} as const

/** The options of `Concatenate`. */
export interface ConcatenateConfig extends ConfigOf<typeof fields> {}

/**
 * Joins a list of tensors along an axis; their other dimensions must be equal. If some inputs have masks, all entries of the
 * others count. Throws `ShapeError` for a single tensor and for shapes that do not fit. Keras: `Concatenate`.
 *
 * @example
 * import { Concatenate } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Concatenate().call([tensor([[1, 2]]), tensor([[3]])]).array() // => [[1, 2, 3]]
 */
export class Concatenate extends MergeLayer<ConcatenateConfig> {
  static readonly type = 'Concatenate'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override merge(inputs: readonly Tensor[]): Tensor {
    const [first] = inputs as [Tensor]
    const along = normalizeAxis(titleOf(this), this.options.axis, first.rank)
    if (inputs.some((x) => x.rank !== first.rank || x.shape.some((d, i) => i !== along && d !== first.shape[i]))) {
      throw new ShapeError(
        `${titleOf(this)} was given inputs of the shapes ${inputs.map(({ shape }) => formatShape(shape)).join(', ')}. ` +
          `They must be equal except along axis ${along}, along which they are joined.`,
      )
    }
    return concat(inputs, along)
  }

  override computeMask(inputs: Tree, mask: Masks): Tensor | undefined {
    const masks = masksIn(mask)
    const list = inputs as readonly Tensor[]
    const rank = Math.max(...masks.map((one) => one?.rank ?? 0))
    if (rank === 0) return undefined
    const filled = list.map((x, index) => (masks[index] ? broadcastMask(masks[index], x) : full(x.shape, 1, 'bool')))
    const joined = concat(filled, this.options.axis)
    // an entry counts if any of its elements does
    const axes = joined.shape.map((_, axis) => axis).slice(Math.min(rank, joined.rank - 1))
    return any(joined, { axis: axes })
  }
}
