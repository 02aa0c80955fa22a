import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operation, operationOf } from '../operation.ts'
import { formatShape, normalizeAxes, normalizeAxis } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { permuteOp, sliceOp } from './movement-op.ts'

/** The elements in reverse order along `axes`. */
const flipOp: Op<{ axes: readonly number[] }> = {
  name: 'flip',
  shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  vjp: (ct, _, params) => [apply(flipOp, [ct], params)],
  merge: (outer, inner) => {
    const once = (a: readonly number[], b: readonly number[]) => a.filter((axis) => !b.includes(axis))
    return { axes: [...once(outer.axes, inner.axes), ...once(inner.axes, outer.axes)].sort((a, b) => a - b) }
  },
  trivial: ({ axes }) => axes.length === 0,
}

/** The inputs one after the other along `axis`. */
const concatOp: Op<{ axis: number }> = {
  name: 'concat',
  shape(inputs, { axis }) {
    const first = inputs[0]!
    inputs.forEach((x, index) => {
      const fits = x.shape.length === first.shape.length && x.shape.every((d, i) => i === axis || d === first.shape[i])
      if (!fits || x.dtype !== first.dtype) {
        throw new ShapeError(
          `concat: tensor ${index} is ${x.dtype}${formatShape(x.shape)} and tensor 0 is ${first.dtype}${formatShape(first.shape)}; ` +
            `they must have one dtype and differ only along axis ${axis}.`,
        )
      }
    })
    const total = inputs.reduce((sum, x) => sum + x.shape[axis]!, 0)
    return { shape: first.shape.map((d, i) => (i === axis ? total : d)), dtype: first.dtype }
  },
  vjp(ct, inputs, { axis }) {
    let offset = 0
    return inputs.map((x) => {
      const part = sliceAxis(ct, axis, offset, x.shape[axis]!)
      offset += x.shape[axis]!
      return part
    })
  },
}

/** `size` elements from `start` along one axis (non-negative), everything along the others. */
export const sliceAxis = /* @__PURE__ */ operation(
  'sliceAxis',
  (x: Tensor, axis: number, start: number, size: number): Tensor => {
    if (start === 0 && size === x.shape[axis]) return x
    const only = (value: number, others: readonly number[]) => others.map((other, i) => (i === axis ? value : other))
    const zeros = x.shape.map(() => 0)
    return apply(sliceOp, [x], { start: only(start, zeros), size: only(size, x.shape), step: x.shape.map(() => 1) })
  },
  ['tensor', 'integer', 'integer', 'integer'],
)

/**
 * The dimensions in another order: output dimension i is input dimension `axes[i]`; by default they are reversed.
 *
 * @example
 * import { tensor, transpose } from '@gradus/tensor'
 * transpose(tensor([[1, 2], [3, 4]])).array() // => [[1, 3], [2, 4]]
 */
export const transpose = /* @__PURE__ */ operation(
  'transpose',
  (x: Tensor, axes?: readonly number[]): Tensor => {
    const order =
      axes?.map((axis) => normalizeAxis('transpose', axis, x.rank)) ?? x.shape.map((_, axis) => x.rank - 1 - axis)
    return order.length === x.rank && order.every((axis, index) => axis === index)
      ? x
      : apply(permuteOp, [x], { axes: order })
  },
  ['tensor', 'integers?'],
)

/**
 * The part of `x` that begins at `start` (negative: from the end) and has the given size (-1: up to the end), taking
 * every `step`-th element. All three have one number per axis; axes they leave out at the end are taken whole.
 *
 * @example
 * import { arange, slice } from '@gradus/tensor'
 * slice(arange(6), [1], [2], [2]).array() // => [1, 3]
 * slice(arange(6), [-2], [-1]).array() // => [4, 5]
 */
export const slice = /* @__PURE__ */ operationOf(
  sliceOp,
  (x: Tensor, start: readonly number[], size?: readonly number[], step?: readonly number[]): Tensor => {
    for (const [name, values] of Object.entries({ start, size: size ?? [], step: step ?? [] })) {
      if (values.length > x.rank) {
        throw new ShapeError(
          `slice: ${name} has ${values.length} numbers and ${formatShape(x.shape)} only ${x.rank} axes.`,
        )
      }
    }
    const steps = x.shape.map((_, axis) => step?.[axis] ?? 1)
    const starts = x.shape.map((d, axis) => {
      const from = start[axis] ?? 0
      if (from < -d || from > d) {
        throw new ShapeError(
          `slice: start ${from} lies outside axis ${axis} of ${formatShape(x.shape)}; use ${-d} to ${d}.`,
        )
      }
      return from < 0 ? from + d : from
    })
    const sizes = x.shape.map((d, axis) => {
      const count = size?.[axis] ?? -1
      return count === -1 ? Math.ceil((d - starts[axis]!) / steps[axis]!) : count
    })
    return apply(sliceOp, [x], { start: starts, size: sizes, step: steps })
  },
  ['tensor', 'integers', 'integers?', 'integers?'],
)

/** The elements in reverse order along `axis` (by default along every axis). */
export const flip = /* @__PURE__ */ operationOf(
  flipOp,
  (x: Tensor, axis?: number | readonly number[]): Tensor =>
    apply(flipOp, [x], { axes: normalizeAxes('flip', axis, x.rank) }),
  ['tensor', 'axes?'],
)

/**
 * The tensors one after the other along `axis`; the other dimensions must agree.
 *
 * @example
 * import { concat, tensor } from '@gradus/tensor'
 * concat([tensor([[1, 2]]), tensor([[3, 4]])]).array() // => [[1, 2], [3, 4]]
 */
export const concat = /* @__PURE__ */ operationOf(
  concatOp,
  (tensors: readonly Tensor[], axis: number = 0): Tensor => {
    const [first] = tensors
    if (!first) throw new ShapeError('concat got no tensors; give at least one.')
    const along = normalizeAxis('concat', axis, first.rank)
    return tensors.length === 1 ? first : apply(concatOp, tensors, { axis: along })
  },
  ['tensors', 'integer?'],
)
