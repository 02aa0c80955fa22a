import { type ConfigOf, type OptionsOf, Regularizer } from '@gradus/core'
import { abs, eye, formatShape, l2Normalize, matmul, mul, ShapeError, sub, sum, type Tensor } from '@gradus/tensor'
import { largestFinite } from '../option-kinds.ts'

const fields = {
  /** Factor of the penalty. */
  factor: { type: 'number', default: 0.01, min: 0, max: largestFinite },
  /** Whether rows or columns should be orthogonal to each other. */
  mode: { oneOf: ['rows', 'columns'], default: 'rows' },
} as const

/** The options of `OrthogonalRegularizer`. */
export interface OrthogonalRegularizerConfig extends ConfigOf<typeof fields> {}

/**
 * The penalty `factor` times the mean of |cosine| over all pairs of rows (or columns) of a matrix. Throws `ShapeError` for other
 * ranks. Keras: `OrthogonalRegularizer`.
 */
export class OrthogonalRegularizer extends Regularizer<OrthogonalRegularizerConfig> {
  static readonly type = 'OrthogonalRegularizer'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  loss(x: Tensor): Tensor {
    if (x.rank !== 2) {
      throw new ShapeError(
        `OrthogonalRegularizer works on matrices and got shape ${formatShape(x.shape)}. Use another regularizer.`,
      )
    }
    const { factor, mode } = this.options
    const byRows = mode === 'rows'
    const unit = l2Normalize(x, { axis: byRows ? 1 : 0 })
    const cosines = matmul(unit, unit, { transposeA: !byRows, transposeB: byRows })
    const size = cosines.shape[0]!
    const others = mul(cosines, sub(1, eye(size, size, 0, x.dtype)))
    // every pair occurs twice in the sum
    return mul(sum(abs(others)), (0.5 * factor) / ((size * (size - 1)) / 2))
  }
}
