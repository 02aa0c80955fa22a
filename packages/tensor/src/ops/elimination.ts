import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { broadcastShapes, formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { cast, div, equal, greater, less, mul, sub, where } from './arithmetic.ts'
import { broadcastTo, full, reshape, sum } from './broadcast.ts'
import { eye, iota } from './create.ts'
import { log } from './exponential.ts'
import { oneHot } from './indexing.ts'
import { logicalAnd } from './logical.ts'
import { matmul } from './matmul.ts'
import { concat, sliceAxis } from './movement.ts'
import { moveAxis } from './rearrange.ts'
import { argMax, prod } from './reduction.ts'
import { abs, mod, sign } from './rounding.ts'
import { scan } from './scan.ts'
import { requireSquare } from './square-matrices.ts'
import { tril, triu } from './triangular.ts'
import { wide } from './wide.ts'

interface Eliminated {
  /** `[..., n, m]`; row i of the solution, times the pivot of column i, is the row that `order` names. */
  readonly matrix: Tensor
  /** `[..., n, n]`: the row that became the pivot of each column, as 1 among zeros. */
  readonly order: Tensor
  /** `[..., n]`. */
  readonly pivots: Tensor
}

/**
 * Gauss-Jordan elimination with the largest pivots: each step makes a column 0 in all rows but its pivot's. `matrix` is
 * `[..., n, m]` with m >= n.
 */
function eliminated(matrix: Tensor, n: number): Eliminated {
  const batch = matrix.shape.slice(0, -2)
  const columns = eye(n, matrix.shape.at(-1)!, 0, matrix.dtype)
  const free = full([...batch, n], 1, matrix.dtype, matrix)
  const step = ({ rows, unused }: { rows: Tensor; unused: Tensor }, column: Tensor) => {
    const values = sum(mul(rows, column), { axis: -1 })
    // rows that were pivots before do not compete
    const sizes = where(greater(unused, 0), abs(values), -1)
    const chosen = oneHot(argMax(sizes, { axis: -1 }), n, { dtype: rows.dtype })
    const pivot = sum(mul(values, chosen), { axis: -1, keepDims: true })
    const pivotRow = matmul(reshape(chosen, [...batch, 1, n]), rows)
    const factors = div(mul(values, sub(1, chosen)), where(equal(pivot, 0), 1, pivot))
    const next = sub(rows, mul(reshape(factors, [...batch, n, 1]), pivotRow))
    return [
      { rows: next, unused: sub(unused, chosen) },
      { chosen, pivot: reshape(pivot, batch) },
    ] as const
  }
  const [last, { chosen, pivot }] = scan(step, { rows: matrix, unused: free }, columns)
  return { matrix: last.rows, order: moveAxis(chosen, 0, -2), pivots: moveAxis(pivot, 0, -1) }
}

/**
 * The solution x of `a x = b` for square matrices `a`, `[..., n, n]`, and vectors `[..., n]` or matrices `[..., n, m]` as `b`; the
 * dimensions before are broadcast. Gauss-Jordan elimination with the largest pivots, for small matrices. A singular matrix gives
 * infinite numbers or NaN. NumPy and Keras: `solve`.
 *
 * @example
 * import { solve, tensor } from '@gradus/tensor'
 * solve(tensor([[2, 0], [0, 4]]), tensor([2, 2])).array() // => [1, 0.5]
 */
export const solve = /* @__PURE__ */ operation('solve', (a: Tensor, b: Tensor): Tensor => solved('solve', a, b), [
  'tensor',
  'tensor',
])

function solved(name: string, a: Tensor, b: Tensor): Tensor {
  const n = requireSquare(name, a)
  const isVector = b.rank === a.rank - 1
  const right = isVector ? reshape(b, [...b.shape, 1]) : b
  if (right.rank < 2 || right.shape.at(-2) !== n) {
    throw new ShapeError(
      `${name}: matrices of shape ${formatShape(a.shape)} need right sides [..., ${n}] or [..., ${n}, m], and got ${formatShape(b.shape)}.`,
    )
  }
  const batch = broadcastShapes(name, a.shape.slice(0, -2), right.shape.slice(0, -2))
  const count = right.shape.at(-1)!
  const [left, values] = [broadcastTo(a, [...batch, n, n]), broadcastTo(right, [...batch, n, count])]
  const { matrix, order, pivots } = eliminated(wide(concat([left, values], -1)), n)
  const rows = matmul(order, sliceAxis(matrix, batch.length + 1, n, count))
  const x = cast(div(rows, reshape(pivots, [...batch, n, 1])), b.dtype)
  return isVector ? reshape(x, x.shape.slice(0, -1)) : x
}

/** Whether the matrix is lower triangular (default false: upper). */
export interface TriangularOptions {
  readonly lower?: boolean
}

/**
 * `solve` for triangular matrices; elements on the other side of the diagonal are not read. Keras: `solve_triangular`.
 *
 * @example
 * import { solveTriangular, tensor } from '@gradus/tensor'
 * solveTriangular(tensor([[2, 9], [1, 1]]), tensor([2, 3]), { lower: true }).array() // => [1, 2]
 */
export const solveTriangular = /* @__PURE__ */ operation(
  'solveTriangular',
  (a: Tensor, b: Tensor, { lower = false }: TriangularOptions = {}): Tensor =>
    solved('solveTriangular', lower ? tril(a) : triu(a), b),
  ['tensor', 'tensor', ['lower']],
)

/**
 * The inverses of square matrices `[..., n, n]`, by `solve`. NumPy and Keras: `inv`.
 *
 * @example
 * import { inv, tensor } from '@gradus/tensor'
 * inv(tensor([[1, 2], [0, 4]])).array() // => [[1, -0.5], [0, 0.25]]
 */
export const inv = /* @__PURE__ */ operation(
  'inv',
  (x: Tensor): Tensor => solved('inv', x, broadcastTo(eye(requireSquare('inv', x), undefined, 0, x.dtype), x.shape)),
  ['tensor'],
)

/** The sign of the order of the pivots: -1 for an odd number of pairs that are exchanged. */
function signOf(order: Tensor): Tensor {
  const n = order.shape.at(-1)!
  const places = argMax(order, { axis: -1 })
  const [first, second] = [reshape(places, [...places.shape, 1]), reshape(places, [...places.shape.slice(0, -1), 1, n])]
  const isLater = less(iota([n, n], 0), iota([n, n], 1))
  const exchanged = logicalAnd(greater(first, second), broadcastTo(isLater, [...places.shape, n]))
  const count = sum(cast(exchanged, 'int32'), { axis: [-2, -1] })
  return cast(sub(1, mul(mod(count, 2), 2)), order.dtype)
}

/**
 * The determinants of square matrices `[..., n, n]`. NumPy and Keras: `det`.
 *
 * @example
 * import { det, tensor } from '@gradus/tensor'
 * det(tensor([[1, 2], [3, 4]])).item() // => -2
 */
export const det = /* @__PURE__ */ operation(
  'det',
  (x: Tensor): Tensor => {
    const { order, pivots } = eliminated(wide(x), requireSquare('det', x))
    return cast(mul(signOf(order), prod(pivots, { axis: -1 })), x.dtype)
  },
  ['tensor'],
)

/**
 * The determinants of square matrices as sign and logarithm of the size, which does not overflow: `{ sign, logdet }`. NumPy and
 * Keras: `slogdet`.
 *
 * @example
 * import { slogdet, tensor } from '@gradus/tensor'
 * const { sign, logdet } = slogdet(tensor([[0, 1], [1, 0]]))
 * sign.item() // => -1
 * logdet.item() // => 0
 */
export const slogdet = /* @__PURE__ */ operation(
  'slogdet',
  (x: Tensor): { sign: Tensor; logdet: Tensor } => {
    const { order, pivots } = eliminated(wide(x), requireSquare('slogdet', x))
    const signs = mul(signOf(order), prod(sign(pivots), { axis: -1 }))
    return { sign: cast(signs, x.dtype), logdet: cast(sum(log(abs(pivots)), { axis: -1 }), x.dtype) }
  },
  ['tensor'],
)

/** The logarithms of the sizes of determinants. Keras: `logdet`, for positive definite matrices. */
export const logdet = /* @__PURE__ */ operation('logdet', (x: Tensor): Tensor => slogdet(x).logdet, ['tensor'])
