import { type ConfigOf, Initializer, maxWeight, type OptionsOf } from '@gradus/core'
import {
  concat,
  type DType,
  type FloatDType,
  formatShape,
  matmul,
  mul,
  randomNormal,
  reshape,
  rsqrt,
  type Shape,
  ShapeError,
  sizeOf,
  slice,
  sub,
  sum,
  type Tensor,
  tidy,
  transpose,
} from '@gradus/tensor'
import { seededKey } from './seeded.ts'

const fields = {
  /** The factor of the matrix. */
  gain: { type: 'number', default: 1 },
  /** With a seed, every call gives the same values; without one, they depend on the key of the layer. */
  seed: 'integer',
} as const

/** The options of `Orthogonal`. */
export interface OrthogonalConfig extends ConfigOf<typeof fields> {}

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer, times `gain`. Shapes with more dimensions are matrices
 * whose rows are all dimensions but the last. Throws `ShapeError` for fewer than two dimensions. Keras: `Orthogonal` (Saxe et
 * al., 2014).
 *
 * @example
 * import { Orthogonal } from '@gradus/layers/initializers'
 * import { abs, matmul, max, randomKey, sub, tensor } from '@gradus/tensor'
 * const q = new Orthogonal().make(randomKey(3), [2, 2], 'float32')
 * const error = sub(matmul(q, q, { transposeB: true }), tensor([[1, 0], [0, 1]]))
 * max(abs(error)).item() < 1e-5 // => true
 */
export class Orthogonal extends Initializer<OrthogonalConfig> {
  static readonly type = 'Orthogonal'
  static readonly aliases = ['OrthogonalInitializer'] as const
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  make(key: Tensor, shape: Shape, dtype: DType): Tensor {
    if (shape.length < 2) {
      throw new ShapeError(
        `The Orthogonal initializer needs two dimensions or more and was asked for shape ${formatShape(shape)}. Use another initializer.`,
      )
    }
    // before the rows are gone through one by one
    if (sizeOf(shape) > maxWeight) {
      throw new ShapeError(
        `The Orthogonal initializer was asked for the shape ${formatShape(shape)}; a weight holds at most ${maxWeight} numbers.`,
      )
    }
    const { gain, seed } = this.options
    return tidy(() => {
      const columns = shape.at(-1)!
      const rows = shape.slice(0, -1).reduce((product, d) => product * d, 1)
      const tall = [Math.max(rows, columns), Math.min(rows, columns)]
      const random = randomNormal(seededKey(key, seed), tall, { dtype: dtype as FloatDType })
      const orthonormal = tall[1] === 0 ? transpose(random) : orthonormalRows(transpose(random))
      const matrix = rows < columns ? orthonormal : transpose(orthonormal)
      return mul(reshape(matrix, shape), gain)
    })
  }
}

// The number of rows that are orthogonalized one by one. Against earlier blocks, a block is orthogonalized by matrix products.
const blockSize = 32

/**
 * Orthonormalizes the rows of `a` by the Gram-Schmidt process. The result is the transpose of Q in the QR decomposition of
 * `a` transposed with a positive diagonal of R, as in Keras. A second pass reduces the error for nearly dependent rows to
 * rounding (Giraud et al., 2005). Random rows that are at least twice as long as their number are not nearly dependent, so
 * one pass is enough.
 */
function orthonormalRows(a: Tensor): Tensor {
  const [count, width] = a.shape as [number, number]
  const passes = width >= 2 * count ? 1 : 2
  let done: Tensor | undefined
  for (let start = 0; start < count; start += blockSize) {
    let block = slice(a, [start, 0], [Math.min(blockSize, count - start), width])
    for (let pass = 0; pass < passes; pass++) {
      if (done) block = sub(block, matmul(matmul(block, done, { transposeB: true }), done))
      block = orthonormalBlock(block)
    }
    done = done ? concat([done, block]) : block
  }
  return done!
}

/** The modified Gram-Schmidt process: the component along each finished row is subtracted from all following rows at once. */
function orthonormalBlock(block: Tensor): Tensor {
  const [count, width] = block.shape as [number, number]
  const rows: Tensor[] = []
  let rest = block
  for (let index = 0; index < count; index++) {
    const first = slice(rest, [0, 0], [1, width])
    const row = mul(first, rsqrt(sum(mul(first, first))))
    rows.push(row)
    if (index === count - 1) break
    const following = slice(rest, [1, 0])
    rest = sub(following, matmul(matmul(following, row, { transposeB: true }), row))
  }
  return concat(rows)
}
