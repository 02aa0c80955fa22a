import { checkArguments } from '../arguments.ts'
import type { DType } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation } from '../operation.ts'
import { formatShape, normalizeAxis } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, equal, greaterEqual, where } from './arithmetic.ts'
import { reshape, sum } from './broadcast.ts'
import { iota, onesLike } from './create.ts'
import { cumprod } from './cumulative.ts'
import { concat, flip, slice, sliceAxis, transpose } from './movement.ts'
import { pad } from './padding.ts'
import { flatten } from './rearrange.ts'

/** The diagonal (default 0, the main one; positive ones lie above it), and the axes of the matrices (default 0 and 1). */
export interface DiagonalOptions {
  readonly offset?: number
  readonly axis1?: number
  readonly axis2?: number
}

const diagonalOptions = ['offset', 'axis1', 'axis2'] as const

/**
 * The elements of a diagonal of the matrices along two axes; they become the last axis. NumPy and Keras: `diagonal`.
 *
 * @example
 * import { diagonal, tensor } from '@gradus/tensor'
 * diagonal(tensor([[1, 2], [3, 4]])).array() // => [1, 4]
 * diagonal(tensor([[1, 2], [3, 4]]), { offset: 1 }).array() // => [2]
 */
export const diagonal = /* @__PURE__ */ operation(
  'diagonal',
  (x: Tensor, { offset = 0, axis1 = 0, axis2 = 1 }: DiagonalOptions = {}): Tensor => {
    const [first, second] = [normalizeAxis('diagonal', axis1, x.rank), normalizeAxis('diagonal', axis2, x.rank)]
    if (first === second) {
      throw new ShapeError(`diagonal: axis1 and axis2 are both ${axis1}; they must differ.`)
    }
    const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== first && axis !== second)
    const kept = others.map((axis) => x.shape[axis]!)
    const [rows, columns] = [x.shape[first]!, x.shape[second]!]
    const count = Math.max(0, Math.min(rows + Math.min(offset, 0), columns - Math.max(offset, 0)))
    const pairs = reshape(transpose(x, [...others, first, second]), [...kept, rows * columns])
    // neighbors on a diagonal are a row and a column apart
    return apply(slice.op, [pairs], {
      start: [...kept.map(() => 0), count === 0 ? 0 : offset >= 0 ? offset : -offset * columns],
      size: [...kept, count],
      step: [...kept.map(() => 1), columns + 1],
    })
  },
  ['tensor', diagonalOptions],
)

/**
 * The sum of the elements of a diagonal. NumPy and Keras: `trace`.
 *
 * @example
 * import { tensor, trace } from '@gradus/tensor'
 * trace(tensor([[1, 2], [3, 4]])).item() // => 5
 */
export const trace = /* @__PURE__ */ operation(
  'trace',
  (x: Tensor, options: DiagonalOptions = {}): Tensor => sum(diagonal(x, options), { axis: -1 }),
  ['tensor', diagonalOptions],
)

/**
 * Of a vector, a matrix with its elements on the diagonal `k` and zeros elsewhere; of a matrix, its diagonal `k`. NumPy and Keras:
 * `diag`.
 *
 * @example
 * import { diag, tensor } from '@gradus/tensor'
 * diag(tensor([1, 2])).array() // => [[1, 0], [0, 2]]
 * diag(tensor([[1, 2], [3, 4]]), -1).array() // => [3]
 */
export const diag = /* @__PURE__ */ operation(
  'diag',
  (x: Tensor, k: number = 0): Tensor => {
    if (x.rank === 2) return diagonal(x, { offset: k })
    if (x.rank !== 1) throw new ShapeError(`diag takes a vector or a matrix and got ${formatShape(x.shape)}.`)
    const size = x.size + Math.abs(k)
    const longer = pad(x, [[0, Math.abs(k)]])
    // element i is in row i for diagonals above the main one, and in column i for those below it
    const spread = k >= 0 ? reshape(longer, [size, 1]) : reshape(longer, [1, size])
    return where(equal(add(iota([size, size], 0), k), iota([size, size], 1)), spread, 0)
  },
  ['tensor', 'integer?'],
)

/**
 * A matrix with all elements of `x` on the diagonal `k`. NumPy and Keras: `diagflat`.
 *
 * @example
 * import { diagflat, tensor } from '@gradus/tensor'
 * diagflat(tensor([[1], [2]])).array() // => [[1, 0], [0, 2]]
 */
export const diagflat = /* @__PURE__ */ operation(
  'diagflat',
  (x: Tensor, k: number = 0): Tensor => diag(flatten(x), k),
  ['tensor', 'integer?'],
)

/**
 * Ones on and below the diagonal `k`, zeros above it. NumPy and Keras: `tri`.
 *
 * @example
 * import { tri } from '@gradus/tensor'
 * tri(2, 3).array() // => [[1, 0, 0], [1, 1, 0]]
 */
export function tri(rows: number, columns = rows, k = 0, dtype: DType = 'float32'): Tensor {
  checkArguments('tri', [rows, columns, k], ['integer', 'integer', 'integer'])
  return cast(greaterEqual(add(iota([rows, columns], 0), k), iota([rows, columns], 1)), dtype)
}

/** The number of columns (default the length of the vector), and whether powers grow from left to right (default false). */
export interface VanderOptions {
  readonly columns?: number
  readonly increasing?: boolean
}

/**
 * The powers of the elements of a vector, one row per element; the highest power comes first. NumPy and Keras: `vander`.
 *
 * @example
 * import { tensor, vander } from '@gradus/tensor'
 * vander(tensor([2, 3])).array() // => [[2, 1], [3, 1]]
 * vander(tensor([2, 3]), { columns: 3, increasing: true }).array() // => [[1, 2, 4], [1, 3, 9]]
 */
export const vander = /* @__PURE__ */ operation(
  'vander',
  (x: Tensor, { columns, increasing = false }: VanderOptions = {}): Tensor => {
    if (x.rank !== 1) throw new ShapeError(`vander takes a vector and got ${formatShape(x.shape)}.`)
    const count = columns ?? x.size
    const column = reshape(x, [x.size, 1])
    const ones = onesLike(column)
    const factors = [ones, ...new Array<Tensor>(Math.max(0, count - 1)).fill(column)].slice(0, count)
    if (count === 0) return reshape(sliceAxis(column, 1, 0, 0), [x.size, 0])
    const powers = cumprod(concat(factors, 1), { axis: 1 })
    return increasing ? powers : flip(powers, 1)
  },
  ['tensor', ['columns', 'increasing']],
)
