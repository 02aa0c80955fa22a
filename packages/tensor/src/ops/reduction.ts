import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { type OperationOf, operationOf } from '../operation.ts'
import { formatShape, normalizeAxis, reducedShape, type Shape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { cast, div, equal, mul } from './arithmetic.ts'
import { reshape, sum } from './broadcast.ts'
import { expandOver } from './broadcast-op.ts'
import { counted } from './cast-op.ts'
import { cumprod } from './cumulative.ts'
import { transpose } from './movement.ts'
import { type ReduceOptions, type Reduction, reduceOptions, reduction } from './reduce.ts'
import { type ReduceParams, reducedInput, requireBool, requireNumeric } from './rules.ts'

export type { ReduceOptions } from './reduce.ts'

/** A reduction to the largest or the smallest element. */
/* @__NO_SIDE_EFFECTS__ */
function extreme(name: string): Reduction {
  const shapeOf = reducedInput(name, requireNumeric)
  const op: Op<ReduceParams> = {
    name,
    shape(inputs, params) {
      const aval = shapeOf(inputs, params)
      for (const axis of params.axes) requireElements(name, inputs[0]!.shape, axis)
      return aval
    },
    vjp: (ct, [x], { axes }, y) => [shareAmongTies(ct, x!, axes, y)],
  }
  const numbers = reduction(op)
  const extremeOf = (x: Tensor, options?: ReduceOptions) => cast(numbers(x, options), x.dtype)
  return operationOf(op, extremeOf, ['tensor', reduceOptions])
}

function requireElements(name: string, shape: Shape, axis: number): void {
  if (shape[axis] === 0) {
    throw new ShapeError(
      `${name}: axis ${axis} of ${formatShape(shape)} is empty, and nothing has no ${name}. Check for this first.`,
    )
  }
}

/** For each element the product of all others: of those before it times those after it. A division would fail for zeros. */
function productOfOthers(x: Tensor, axes: readonly number[]): Tensor {
  const order = [...x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)), ...axes]
  const moved = transpose(x, order)
  const flat = reshape(moved, [...reducedShape(x.shape, axes, false), axes.reduce((n, axis) => n * x.shape[axis]!, 1)])
  const before = cumprod(flat, { axis: -1, exclusive: true })
  const after = cumprod(flat, { axis: -1, exclusive: true, reverse: true })
  return transpose(
    reshape(mul(before, after), moved.shape),
    order.map((_, axis) => order.indexOf(axis)),
  )
}

function shareAmongTies(ct: Tensor, x: Tensor, axes: readonly number[], y: Tensor): Tensor {
  const chosen = cast(equal(x, expandOver(y, x.shape, axes)), ct.dtype)
  const ties = sum(chosen, { axis: axes, keepDims: true })
  return mul(expandOver(div(reshape(ct, ties.shape), ties), x.shape, axes), chosen)
}

/** The product of the elements over `axis`; over nothing it is 1. The product of bools is int32. */
export const prod = /* @__PURE__ */ reduction({
  name: 'prod',
  shape: /* @__PURE__ */ reducedInput('prod', requireNumeric),
  vjp: (ct, [x], { axes }) => [mul(expandOver(ct, x!.shape, axes), productOfOthers(x!, axes))],
})

/**
 * The largest element over `axis`; NaN if there is one. Of bools it is a bool. Elements that tie share the gradient evenly.
 * Throws `ShapeError` if there are no elements.
 *
 * @example
 * import { max, tensor } from '@gradus/tensor'
 * max(tensor([[1, 5], [7, 2]]), { axis: 1 }).array() // => [5, 7]
 */
export const max = /* @__PURE__ */ extreme('max')

/** The smallest element over `axis`; as `max` otherwise. */
export const min = /* @__PURE__ */ extreme('min')

/** Whether any bool over `axis` holds; false over nothing. */
export const any = /* @__PURE__ */ reduction(
  { name: 'any', shape: /* @__PURE__ */ reducedInput('any', requireBool) },
  true,
)

/** Whether all bools over `axis` hold; true over nothing. */
export const all = /* @__PURE__ */ reduction(
  { name: 'all', shape: /* @__PURE__ */ reducedInput('all', requireBool) },
  true,
)

/** The axis of `argMax` and `argMin`, or none for the index in the flattened tensor, and whether it is kept as size 1. */
export interface ArgMaxOptions {
  readonly axis?: number | null
  readonly keepDims?: boolean
}

/** An operation that gives the index of the largest or the smallest element. */
/* @__NO_SIDE_EFFECTS__ */
function argExtreme(name: string): OperationOf<{ axis: number }, [x: Tensor, options?: ArgMaxOptions], Tensor> {
  const op: Op<{ axis: number }> = {
    name,
    shape([x], { axis }) {
      requireNumeric(name, x!)
      requireElements(name, x!.shape, axis)
      return { shape: reducedShape(x!.shape, [axis], false), dtype: 'int32' }
    },
  }
  return operationOf(
    op,
    (x: Tensor, { axis, keepDims = false }: ArgMaxOptions = {}) => {
      if (axis === undefined || axis === null) {
        const index = apply(op, [reshape(counted(x), [x.size])], { axis: 0 })
        return keepDims
          ? reshape(
              index,
              x.shape.map(() => 1),
            )
          : index
      }
      const along = normalizeAxis(name, axis, x.rank)
      const index = apply(op, [counted(x)], { axis: along })
      return keepDims ? reshape(index, reducedShape(x.shape, [along], true)) : index
    },
    ['tensor', reduceOptions],
  )
}

/**
 * The int32 index of the largest element along `axis`, the first one at a tie; NaN counts as largest.
 *
 * @example
 * import { argMax, tensor } from '@gradus/tensor'
 * argMax(tensor([[1, 5], [7, 2]]), { axis: 1 }).array() // => [1, 0]
 */
export const argMax = /* @__PURE__ */ argExtreme('argMax')

/** The int32 index of the smallest element along `axis`, the first one at a tie; NaN counts as smallest. */
export const argMin = /* @__PURE__ */ argExtreme('argMin')
