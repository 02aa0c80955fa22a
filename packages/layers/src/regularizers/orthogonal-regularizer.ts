import { type Fields, Regularizer } from '@gradus/core'
import { abs, eye, formatShape, l2Normalize, matmul, mul, ShapeError, sub, sum, type Tensor } from '@gradus/tensor'
import { chooseOption } from '../choice.ts'
import { penaltyFactor } from './penalty.ts'

export interface OrthogonalRegularizerConfig {
  /** Factor of the penalty (default 0.01). */
  readonly factor?: number
  /** What should be orthogonal to each other (default rows). */
  readonly mode?: 'rows' | 'columns'
}

/**
 * The mean of |cosine| between any two rows (or columns) of a matrix, times a factor.
 * Throws `ShapeError` for other ranks. Keras: `OrthogonalRegularizer`.
 */
export class OrthogonalRegularizer extends Regularizer<OrthogonalRegularizerConfig> {
  static readonly type = 'OrthogonalRegularizer'
  static override readonly fields = { factor: 'number', mode: 'string' } satisfies Fields<OrthogonalRegularizerConfig>
  private readonly factor: number
  private readonly mode: 'rows' | 'columns'

  constructor(config: OrthogonalRegularizerConfig = {}) {
    super(config)
    this.factor = penaltyFactor('OrthogonalRegularizer', 'factor', config.factor, 0.01)
    this.mode = chooseOption('OrthogonalRegularizer', 'mode', config.mode, ['rows', 'columns'])
  }

  loss(x: Tensor): Tensor {
    if (x.rank !== 2) {
      throw new ShapeError(
        `OrthogonalRegularizer works on matrices and got shape ${formatShape(x.shape)}. Use another regularizer.`,
      )
    }
    const byRows = this.mode === 'rows'
    const unit = l2Normalize(x, { axis: byRows ? 1 : 0 })
    const cosines = matmul(unit, unit, { transposeA: !byRows, transposeB: byRows })
    const size = cosines.shape[0]!
    const others = mul(cosines, sub(1, eye(size, size, 0, x.dtype)))
    // every pair occurs twice in the sum
    return mul(sum(abs(others)), (0.5 * this.factor) / ((size * (size - 1)) / 2))
  }
}
