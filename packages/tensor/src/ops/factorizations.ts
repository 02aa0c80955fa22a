import { isFloat } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, div, equal, greaterEqual, mul, sub, where } from './arithmetic.ts'
import { broadcastTo, reshape, sum } from './broadcast.ts'
import { eye } from './create.ts'
import { inv, solveTriangular } from './elimination.ts'
import { sqrt, square } from './exponential.ts'
import { matmul } from './matmul.ts'
import { sliceAxis } from './movement.ts'
import { moveAxis, swapAxes } from './rearrange.ts'
import { scan } from './scan.ts'
import { requireSquare } from './square-matrices.ts'
import { tril, triu } from './triangular.ts'
import { wide } from './wide.ts'

/** Products of column vectors `[..., n]` and row vectors `[..., m]`. */
function outerOf(column: Tensor, row: Tensor): Tensor {
  return mul(reshape(column, [...column.shape, 1]), reshape(row, [...row.shape.slice(0, -1), 1, row.shape.at(-1)!]))
}

/**
 * The triangular factors of symmetric positive definite matrices `[..., n, n]`: the lower one L with `L Lᵀ = x`, or with `upper` its
 * transpose. Only the mean of x and its transpose counts. Other matrices give NaN. NumPy and Keras: `cholesky`.
 *
 * @example
 * import { cholesky, tensor } from '@gradus/tensor'
 * cholesky(tensor([[4, 2], [2, 2]])).array() // => [[2, 0], [1, 1]]
 */
export const cholesky = /* @__PURE__ */ operation(
  'cholesky',
  (x: Tensor, { upper = false }: { readonly upper?: boolean } = {}): Tensor => {
    const n = requireSquare('cholesky', x)
    const values = wide(x)
    const start = mul(add(values, swapAxes(values, -1, -2)), 0.5)
    const step = (rest: Tensor, { unit, below }: { unit: Tensor; below: Tensor }) => {
      // the column of a unit vector, and its diagonal element
      const column = sum(mul(rest, unit), { axis: -1 })
      const pivot = sum(mul(column, unit), { axis: -1, keepDims: true })
      const factor = mul(div(column, sqrt(pivot)), below)
      return [sub(rest, outerOf(factor, factor)), factor] as const
    }
    const units = eye(n, n, 0, values.dtype)
    const [, columns] = scan(step, start, { unit: units, below: triu(add(units, sub(1, units))) })
    const lower = cast(moveAxis(columns, 0, -1), x.dtype)
    return upper ? swapAxes(lower, -1, -2) : lower
  },
  ['tensor', ['upper']],
)

/**
 * The inverse of the matrix that has the Cholesky factor `x`, lower (default) or upper. Keras: `cholesky_inverse`.
 *
 * @example
 * import { choleskyInverse, tensor } from '@gradus/tensor'
 * choleskyInverse(tensor([[2, 0], [0, 1]])).array() // => [[0.25, 0], [0, 1]]
 */
export const choleskyInverse = /* @__PURE__ */ operation(
  'choleskyInverse',
  (x: Tensor, { upper = false }: { readonly upper?: boolean } = {}): Tensor => {
    const factor = upper ? inv(triu(x)) : inv(tril(x))
    return upper ? matmul(factor, factor, { transposeB: true }) : matmul(factor, factor, { transposeA: true })
  },
  ['tensor', ['upper']],
)

/**
 * Orthogonal and triangular factors of matrices `[..., m, n]`, `{ q, r }` with `q r = x`, by Householder's reflections. With `mode`
 * `reduced` (default) q has min(m, n) columns, with `complete` m. NumPy and Keras: `qr`.
 *
 * @example
 * import { qr, tensor } from '@gradus/tensor'
 * const { q, r } = qr(tensor([[0, 2], [3, 1]]))
 * r.array() // => [[-3, -1], [0, -2]]
 */
export const qr = /* @__PURE__ */ operation(
  'qr',
  (x: Tensor, { mode = 'reduced' }: { readonly mode?: 'reduced' | 'complete' } = {}): { q: Tensor; r: Tensor } => {
    if (x.rank < 2 || !isFloat(x.dtype)) {
      throw new ShapeError(`qr needs matrices of floats [..., m, n] and got ${x.dtype}${formatShape(x.shape)}.`)
    }
    if (mode !== 'reduced' && mode !== 'complete') {
      throw new ShapeError(`qr: the mode '${String(mode)}' is unknown; use 'reduced' or 'complete'.`)
    }
    const [m, n] = x.shape.slice(-2) as [number, number]
    const batch = x.shape.slice(0, -2)
    const values = wide(x)
    const count = Math.min(m, n)
    const units = eye(m, m, 0, values.dtype)
    const sequences = {
      column: eye(count, n, 0, values.dtype),
      unit: sliceAxis(units, 0, 0, count),
      below: sliceAxis(triu(add(units, sub(1, units)), 1), 0, 0, count),
    }
    const step = ({ q, r }: { q: Tensor; r: Tensor }, { column, unit, below }: typeof sequences) => {
      const all = sum(mul(r, column), { axis: -1 })
      const first = sum(mul(all, unit), { axis: -1, keepDims: true })
      const tail = mul(all, below)
      const rest = sum(square(tail), { axis: -1, keepDims: true })
      // nothing below the diagonal: nothing to reflect
      const done = equal(rest, 0)
      const length = sqrt(where(done, 1, add(square(first), rest)))
      const target = where(greaterEqual(first, 0), sub(0, length), length)
      const normal = add(mul(sub(first, target), unit), tail)
      const squares = sum(square(normal), { axis: -1, keepDims: true })
      const scale = where(done, 0, div(2, where(done, 1, squares)))
      const scaled = mul(normal, scale)
      const rowOf = (vector: Tensor) => reshape(vector, [...batch, 1, m])
      const columnOf = (vector: Tensor) => reshape(vector, [...batch, m, 1])
      const nextR = sub(r, matmul(columnOf(scaled), matmul(rowOf(normal), r)))
      const nextQ = sub(q, matmul(matmul(q, columnOf(normal)), rowOf(scaled)))
      return [{ q: nextQ, r: nextR }, null] as const
    }
    const [{ q, r }] = scan(step, { q: broadcastTo(units, [...batch, m, m]), r: values }, sequences)
    const size = mode === 'reduced' ? count : m
    return {
      q: cast(sliceAxis(q, batch.length + 1, 0, size), x.dtype),
      r: cast(triu(sliceAxis(r, batch.length, 0, size)), x.dtype),
    }
  },
  ['tensor', ['mode']],
)

/**
 * The x with the smallest sum of squares of `a x - b`, for a matrix `a`, `[m, n]`, of full rank, and `b` `[m]` or `[m, k]`; of several
 * the shortest. By `qr`; a matrix of lower rank gives infinite numbers or NaN. NumPy and Keras: `lstsq`.
 *
 * @example
 * import { lstsq, tensor } from '@gradus/tensor'
 * lstsq(tensor([[1], [1]]), tensor([1, 3])).array() // => [2]
 */
export const lstsq = /* @__PURE__ */ operation(
  'lstsq',
  (a: Tensor, b: Tensor): Tensor => {
    if (a.rank !== 2 || (b.rank !== 1 && b.rank !== 2) || a.shape[0] !== b.shape[0]) {
      throw new ShapeError(
        `lstsq takes a matrix [m, n] and values [m] or [m, k] and got ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
      )
    }
    const right = b.rank === 1 ? reshape(b, [b.size, 1]) : b
    const isTall = a.shape[0]! >= a.shape[1]!
    const { q, r } = qr(isTall ? a : swapAxes(a, 0, 1))
    const x = isTall
      ? solveTriangular(r, matmul(q, right, { transposeA: true }))
      : matmul(q, solveTriangular(swapAxes(r, 0, 1), right, { lower: true }))
    return b.rank === 1 ? reshape(x, [x.size]) : x
  },
  ['tensor', 'tensor'],
)
