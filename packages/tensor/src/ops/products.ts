import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { broadcastShapes, formatShape, normalizeAxis } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { div, greater, mul, sub, where } from './arithmetic.ts'
import { broadcastTo, reshape, sum } from './broadcast.ts'
import { conv } from './conv.ts'
import { sqrt, square } from './exponential.ts'
import { matmul, tensordot } from './matmul.ts'
import { concat, flip, sliceAxis } from './movement.ts'
import { expandDims, flatten } from './rearrange.ts'
import { mean } from './statistics.ts'

/**
 * Products summed over the last axes of both tensors; scalars multiply. NumPy and Keras: `inner`.
 *
 * @example
 * import { inner, tensor } from '@gradus/tensor'
 * inner(tensor([[1, 2], [3, 4]]), tensor([1, 10])).array() // => [21, 43]
 */
export const inner = /* @__PURE__ */ operation(
  'inner',
  (a: Tensor, b: Tensor): Tensor =>
    a.rank === 0 || b.rank === 0 ? mul(a, b) : tensordot(a, b, [[a.rank - 1], [b.rank - 1]]),
  ['tensor', 'tensor'],
)

/**
 * The sum of the products of all elements in row-major order. NumPy and Keras: `vdot`.
 *
 * @example
 * import { tensor, vdot } from '@gradus/tensor'
 * vdot(tensor([[1, 2], [3, 4]]), tensor([[1, 0], [0, 1]])).item() // => 5
 */
export const vdot = /* @__PURE__ */ operation(
  'vdot',
  (a: Tensor, b: Tensor): Tensor => matmul(flatten(a), flatten(b)),
  ['tensor', 'tensor'],
)

/**
 * The Kronecker product: every element of `a` times the whole of `b`. NumPy and Keras: `kron`.
 *
 * @example
 * import { kron, tensor } from '@gradus/tensor'
 * kron(tensor([1, 10]), tensor([1, 2])).array() // => [1, 2, 10, 20]
 */
export const kron = /* @__PURE__ */ operation(
  'kron',
  (a: Tensor, b: Tensor): Tensor => {
    const rank = Math.max(a.rank, b.rank)
    const padded = (x: Tensor) => [...new Array<number>(rank - x.rank).fill(1), ...x.shape]
    const [left, right] = [padded(a), padded(b)]
    const x = reshape(
      a,
      left.flatMap((d) => [d, 1]),
    )
    const y = reshape(
      b,
      right.flatMap((d) => [1, d]),
    )
    return reshape(
      mul(x, y),
      left.map((d, axis) => d * right[axis]!),
    )
  },
  ['tensor', 'tensor'],
)

/**
 * The cross product of vectors of 2 or 3 numbers along `axis` (default the last); the other dimensions are broadcast. Two vectors
 * of 2 numbers give a number. NumPy and Keras: `cross`.
 *
 * @example
 * import { cross, tensor } from '@gradus/tensor'
 * cross(tensor([1, 0, 0]), tensor([0, 1, 0])).array() // => [0, 0, 1]
 */
export const cross = /* @__PURE__ */ operation(
  'cross',
  (a: Tensor, b: Tensor, { axis = -1 }: { readonly axis?: number } = {}): Tensor => {
    const [x, y] = [partsOf(a, axis), partsOf(b, axis)]
    const term = (i: number, j: number) => sub(mulParts(x[i], y[j]), mulParts(x[j], y[i]))
    if (x.length === 2 && y.length === 2) return term(0, 1)
    const parts = [term(1, 2), term(2, 0), term(0, 1)]
    const shape = broadcastShapes('cross', ...parts.map((part) => part.shape))
    const along = normalizeAxis('cross', axis, shape.length + 1)
    return concat(
      parts.map((part) => expandDims(broadcastTo(part, shape), along)),
      along,
    )
  },
  ['tensor', 'tensor', ['axis']],
)

function partsOf(x: Tensor, axis: number): Tensor[] {
  const along = normalizeAxis('cross', axis, x.rank)
  const count = x.shape[along]!
  if (count !== 2 && count !== 3) {
    throw new ShapeError(
      `cross: axis ${axis} of ${formatShape(x.shape)} has ${count} elements; it must hold vectors of 2 or 3 numbers.`,
    )
  }
  const rest = x.shape.filter((_, index) => index !== along)
  return Array.from({ length: count }, (_, index) => reshape(sliceAxis(x, along, index, 1), rest))
}

/** The product of two components, where the third component of a vector of 2 numbers is 0. */
function mulParts(a: Tensor | undefined, b: Tensor | undefined): Tensor | number {
  return a && b ? mul(a, b) : 0
}

/**
 * The cross-correlation of two vectors: sums of products where the second one slides along the first. `mode` is `valid` (default:
 * only where they overlap completely), `same` (as long as the longer one) or `full`. NumPy and Keras: `correlate`.
 *
 * @example
 * import { correlate, tensor } from '@gradus/tensor'
 * correlate(tensor([1, 2, 3]), tensor([0, 1, 0.5])).array() // => [3.5]
 * correlate(tensor([1, 2, 3]), tensor([0, 1, 0.5]), { mode: 'full' }).array() // => [0.5, 2, 3.5, 3, 0]
 */
export const correlate = /* @__PURE__ */ operation(
  'correlate',
  (a: Tensor, b: Tensor, { mode = 'valid' }: { readonly mode?: 'valid' | 'same' | 'full' } = {}): Tensor => {
    if (a.rank !== 1 || b.rank !== 1 || a.size === 0 || b.size === 0) {
      throw new ShapeError(
        `correlate takes two vectors that are not empty and got shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
      )
    }
    // the shorter one slides; exchanged operands give the result in reverse order
    if (a.size < b.size) return flip(correlate(b, a, { mode }))
    const ends = { valid: [0, 0], full: [b.size - 1, b.size - 1], same: [b.size >> 1, (b.size - 1) >> 1] }[mode]
    if (!ends) throw new ShapeError(`correlate: the mode '${String(mode)}' is unknown; use 'valid', 'same' or 'full'.`)
    const slid = conv(reshape(a, [1, a.size, 1]), reshape(b, [b.size, 1, 1]), { padding: [[ends[0]!, ends[1]!]] })
    return flatten(slid)
  },
  ['tensor', 'tensor', ['mode']],
)

/**
 * The correlation coefficients of variables, one per row of `x` (or one vector), from -1 to 1. NumPy and Keras: `corrcoef`.
 *
 * @example
 * import { corrcoef, tensor } from '@gradus/tensor'
 * corrcoef(tensor([[1, 2, 3], [6, 4, 2]])).array() // => [[1, -1], [-1, 1]]
 */
export const corrcoef = /* @__PURE__ */ operation(
  'corrcoef',
  (x: Tensor): Tensor => {
    const rows = x.rank < 2 ? reshape(x, [1, x.size]) : x
    if (rows.rank !== 2)
      throw new ShapeError(`corrcoef takes a matrix, a row per variable, and got ${formatShape(x.shape)}.`)
    const centered = sub(rows, mean(rows, { axis: 1, keepDims: true }))
    const length = sqrt(sum(square(centered), { axis: 1, keepDims: true }))
    const unit = div(centered, length)
    const all = matmul(unit, unit, { transposeB: true })
    return x.rank < 2 ? reshape(all, []) : all
  },
  ['tensor'],
)

/**
 * The Euclidean distances between the rows of `a`, `[..., m, d]`, and those of `b`, `[..., n, d]`: `[..., m, n]`. The gradient of a
 * distance of 0 is 0. Keras: `cdist`.
 *
 * @example
 * import { cdist, tensor } from '@gradus/tensor'
 * cdist(tensor([[0, 0]]), tensor([[3, 4], [0, 0]])).array() // => [[5, 0]]
 */
export const cdist = /* @__PURE__ */ operation(
  'cdist',
  (a: Tensor, b: Tensor): Tensor => {
    const squares = sum(square(sub(expandDims(a, -2), expandDims(b, -3))), { axis: -1 })
    const positive = greater(squares, 0)
    return where(positive, sqrt(where(positive, squares, 1)), 0)
  },
  ['tensor', 'tensor'],
)
