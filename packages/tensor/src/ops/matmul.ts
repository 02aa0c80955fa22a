import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operation, operationOf } from '../operation.ts'
import { broadcastShapes, formatShape, normalizeAxis, sameShape, sizeOf } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { mul } from './arithmetic.ts'
import { broadcastTo, reshape } from './broadcast.ts'
import { transpose } from './movement.ts'
import { requireNumeric, widerDType } from './rules.ts'

/** Which operands are read with their last two dimensions swapped. */
export interface MatmulOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
}

/** `[...batch, m, k]` by `[...batch, k, n]`; with a flag the last two dimensions of that operand are read swapped. */
const matmulOp: Op<{ transposeA: boolean; transposeB: boolean }> = {
  name: 'matmul',
  shape([a, b], { transposeA, transposeB }) {
    requireNumeric('matmul', a!)
    if (a!.dtype !== b!.dtype) {
      throw new ShapeError(
        `matmul: the operands have dtypes ${a!.dtype} and ${b!.dtype}. Dtypes are not promoted silently; use cast(x, '${widerDType(a!.dtype, b!.dtype)}').`,
      )
    }
    const rank = a!.shape.length
    if (rank < 2 || b!.shape.length !== rank || !sameShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2))) {
      throw new ShapeError(
        `matmul: ${formatShape(a!.shape)} and ${formatShape(b!.shape)} must have the same batch dimensions before the last two.`,
      )
    }
    const [m, k] = transposeA ? [a!.shape[rank - 1]!, a!.shape[rank - 2]!] : [a!.shape[rank - 2]!, a!.shape[rank - 1]!]
    const [inner, n] = transposeB
      ? [b!.shape[rank - 1]!, b!.shape[rank - 2]!]
      : [b!.shape[rank - 2]!, b!.shape[rank - 1]!]
    if (k !== inner) {
      throw new ShapeError(
        `matmul: ${formatShape(a!.shape)}${transposeA ? ' (transposed)' : ''} by ${formatShape(b!.shape)}` +
          `${transposeB ? ' (transposed)' : ''} sums over ${k} and ${inner} elements; these must be equal.`,
      )
    }
    return { shape: [...a!.shape.slice(0, -2), m, n], dtype: a!.dtype }
  },
  // C = A B gives dA = dC Bᵀ and dB = Aᵀ dC; for an operand that was read transposed, the transpose of that product.
  vjp: (ct, [a, b], { transposeA, transposeB }) => [
    transposeA ? primitive(b!, ct, transposeB, true) : primitive(ct, b!, false, !transposeB),
    transposeB ? primitive(ct, a!, true, transposeA) : primitive(a!, ct, !transposeA, false),
  ],
}

function primitive(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return apply(matmulOp, [a, b], { transposeA, transposeB })
}

/**
 * Matrix product by NumPy's rules: dimensions before the last two are broadcast, a vector on the left is a row, on the
 * right a column, and that dimension is dropped from the result. The flags do not apply to vectors.
 * Throws `ShapeError` for scalars and for inner dimensions that differ.
 *
 * @example
 * import { matmul, tensor } from '@gradus/tensor'
 * matmul(tensor([[1, 2], [3, 4]]), tensor([[1, 0], [1, 1]])).array() // => [[3, 2], [7, 4]]
 */
export const matmul = /* @__PURE__ */ operationOf(
  matmulOp,
  (a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor => {
    if (a.rank === 0 || b.rank === 0) {
      throw new ShapeError(
        `matmul: got shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}; use mul for scalars.`,
      )
    }
    if (a.rank === 1) {
      const product = matmul(reshape(a, [1, a.size]), b, { transposeB })
      return reshape(product, b.rank === 1 ? [] : [...product.shape.slice(0, -2), product.shape.at(-1)!])
    }
    if (b.rank === 1) {
      const product = matmul(a, reshape(b, [b.size, 1]), { transposeA })
      return reshape(product, product.shape.slice(0, -1))
    }
    if (b.rank === 2 && a.rank > 2 && !transposeA) {
      // with one matrix on the right, the whole batch is a single product, and so is its gradient
      const rows = sizeOf(a.shape.slice(0, -1))
      const product = primitive(reshape(a, [rows, a.shape.at(-1)!]), b, false, transposeB)
      return reshape(product, [...a.shape.slice(0, -1), product.shape[1]!])
    }
    const batch = broadcastShapes('matmul', a.shape.slice(0, -2), b.shape.slice(0, -2))
    return primitive(
      broadcastTo(a, [...batch, ...a.shape.slice(-2)]),
      broadcastTo(b, [...batch, ...b.shape.slice(-2)]),
      transposeA,
      transposeB,
    )
  },
  ['tensor', 'tensor', ['transposeA', 'transposeB']],
)

/** NumPy's `dot`: sums over the last axis of `a` and the second to last (or only) axis of `b`; scalars multiply. */
export const dot = /* @__PURE__ */ operation(
  'dot',
  (a: Tensor, b: Tensor): Tensor => {
    if (a.rank === 0 || b.rank === 0) return mul(a, b)
    return tensordot(a, b, [[a.rank - 1], [Math.max(b.rank - 2, 0)]])
  },
  ['tensor', 'tensor'],
)

/** Products of all pairs of elements, `[a.size, b.size]`. */
export const outer = /* @__PURE__ */ operation(
  'outer',
  (a: Tensor, b: Tensor): Tensor => mul(reshape(a, [a.size, 1]), reshape(b, [1, b.size])),
  ['tensor', 'tensor'],
)

/**
 * Sums products over `axes`: a number n takes the last n axes of `a` with the first n of `b`; otherwise the axes of each are
 * listed in pairs. The result has the other axes of `a`, then those of `b`. As NumPy's `tensordot`.
 *
 * @example
 * import { tensor, tensordot } from '@gradus/tensor'
 * tensordot(tensor([[1, 2], [3, 4]]), tensor([[1, 0], [0, 1]]), 2).item() // => 5
 */
export const tensordot = /* @__PURE__ */ operation(
  'tensordot',
  (a: Tensor, b: Tensor, axes: number | readonly [readonly number[], readonly number[]] = 2): Tensor => {
    if (typeof axes !== 'number' && !(Array.isArray(axes) && axes.length === 2 && axes.every(Array.isArray))) {
      throw new TypeError('tensordot takes a number of axes or two lists of them, as in tensordot(a, b, [[0], [1]]).')
    }
    const [axesA, axesB] =
      typeof axes === 'number' ? [range(axes).map((i) => i - axes), range(axes)] : [axes[0], axes[1]]
    const sumA = axesA.map((axis) => normalizeAxis('tensordot', axis, a.rank))
    const sumB = axesB.map((axis) => normalizeAxis('tensordot', axis, b.rank))
    if (
      !sameShape(
        sumA.map((axis) => a.shape[axis]!),
        sumB.map((axis) => b.shape[axis]!),
      )
    ) {
      throw new ShapeError(
        `tensordot: axes [${sumA}] of ${formatShape(a.shape)} and axes [${sumB}] of ${formatShape(b.shape)} must have equal sizes in pairs.`,
      )
    }
    const keptA = range(a.rank).filter((axis) => !sumA.includes(axis))
    const keptB = range(b.rank).filter((axis) => !sumB.includes(axis))
    const inner = sizeOf(sumA.map((axis) => a.shape[axis]!))
    const shapeA = keptA.map((axis) => a.shape[axis]!)
    const shapeB = keptB.map((axis) => b.shape[axis]!)
    const product = primitive(
      reshape(transpose(a, [...keptA, ...sumA]), [sizeOf(shapeA), inner]),
      reshape(transpose(b, [...sumB, ...keptB]), [inner, sizeOf(shapeB)]),
      false,
      false,
    )
    return reshape(product, [...shapeA, ...shapeB])
  },
  ['tensor', 'tensor', 'any'],
)

function range(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index)
}
