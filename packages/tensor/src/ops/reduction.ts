import type { Aval } from '../aval.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { operation } from '../operation.ts'
import { formatShape, normalizeAxes, normalizeAxis, reducedShape, type Shape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { cast, div, equal, mul } from './arithmetic.ts'
import { expandOver, type ReduceOptions, reshape, sum } from './broadcast.ts'
import { cumprod } from './cumulative.ts'
import { transpose } from './movement.ts'
import { requireBool, requireNumeric } from './rules.ts'

/** `axes` are sorted and non-negative. */
export interface ReduceParams {
  readonly axes: readonly number[]
  readonly keepDims: boolean
}

/** The product over `axes`; over nothing it is 1. */
export const prodOp: Op<ReduceParams> = {
  name: 'prod',
  shape([x], { axes, keepDims }) {
    requireNumeric('prod', x!)
    return { shape: reducedShape(x!.shape, axes, keepDims), dtype: x!.dtype }
  },
  vjp: (ct, [x], { axes }) => [mul(expandOver(ct, x!.shape, axes), productOfOthers(x!, axes))],
}

/** The largest element over `axes`, NaN if there is one; elements that tie share the gradient evenly. */
export const maxOp: Op<ReduceParams> = {
  name: 'max',
  shape: extremeShape('max'),
  vjp: (ct, [x], { axes }, y) => [shareAmongTies(ct, x!, axes, y)],
}

/** The smallest element over `axes`, NaN if there is one; elements that tie share the gradient evenly. */
export const minOp: Op<ReduceParams> = {
  name: 'min',
  shape: extremeShape('min'),
  vjp: (ct, [x], { axes }, y) => [shareAmongTies(ct, x!, axes, y)],
}

export const anyOp: Op<ReduceParams> = { name: 'any', shape: logicalShape('any') }
export const allOp: Op<ReduceParams> = { name: 'all', shape: logicalShape('all') }

export const argMaxOp: Op<{ axis: number }> = { name: 'argMax', shape: placeShape('argMax') }
export const argMinOp: Op<{ axis: number }> = { name: 'argMin', shape: placeShape('argMin') }

/* @__NO_SIDE_EFFECTS__ */
function extremeShape(name: string) {
  return ([x]: readonly Aval[], { axes, keepDims }: ReduceParams): Aval => {
    requireNumeric(name, x!)
    for (const axis of axes) requireElements(name, x!.shape, axis)
    return { shape: reducedShape(x!.shape, axes, keepDims), dtype: x!.dtype }
  }
}

/* @__NO_SIDE_EFFECTS__ */
function logicalShape(name: string) {
  return ([x]: readonly Aval[], { axes, keepDims }: ReduceParams): Aval => {
    requireBool(name, x!)
    return { shape: reducedShape(x!.shape, axes, keepDims), dtype: 'bool' }
  }
}

/* @__NO_SIDE_EFFECTS__ */
function placeShape(name: string) {
  return ([x]: readonly Aval[], { axis }: { readonly axis: number }): Aval => {
    requireNumeric(name, x!)
    requireElements(name, x!.shape, axis)
    return { shape: reducedShape(x!.shape, [axis], false), dtype: 'int32' }
  }
}

function requireElements(name: string, shape: Shape, axis: number): void {
  if (shape[axis] === 0) {
    throw new ShapeError(
      `${name}: axis ${axis} of ${formatShape(shape)} is empty, and nothing has no ${name}. Check for this first.`,
    )
  }
}

/** Without a division, so that zeros do no harm: the product of what comes before times that of what comes after. */
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

function reduce(op: Op<ReduceParams>, x: Tensor, { axis, keepDims = false }: ReduceOptions): Tensor {
  return apply(op, [x], { axes: normalizeAxes(op.name, axis, x.rank), keepDims })
}

/** The product of the elements over `axis`; over nothing it is 1. */
export const prod = /* @__PURE__ */ operation(
  'prod',
  (x: Tensor, options: ReduceOptions = {}): Tensor => reduce(prodOp, x, options),
)

/**
 * The largest element over `axis`; NaN if there is one. Elements that tie share the gradient evenly.
 * Throws `ShapeError` if there are no elements.
 *
 * @example
 * import { max, tensor } from '@gradus/tensor'
 * max(tensor([[1, 5], [7, 2]]), { axis: 1 }).array() // => [5, 7]
 */
export const max = /* @__PURE__ */ operation(
  'max',
  (x: Tensor, options: ReduceOptions = {}): Tensor => reduce(maxOp, x, options),
)

/** The smallest element over `axis`; as `max` otherwise. */
export const min = /* @__PURE__ */ operation(
  'min',
  (x: Tensor, options: ReduceOptions = {}): Tensor => reduce(minOp, x, options),
)

/** Whether any bool over `axis` holds; false over nothing. */
export const any = /* @__PURE__ */ operation(
  'any',
  (x: Tensor, options: ReduceOptions = {}): Tensor => reduce(anyOp, x, options),
)

/** Whether all bools over `axis` hold; true over nothing. */
export const all = /* @__PURE__ */ operation(
  'all',
  (x: Tensor, options: ReduceOptions = {}): Tensor => reduce(allOp, x, options),
)

/** What `argMax` and `argMin` take: one axis, or none for the place in the flattened tensor. */
export interface PlaceOptions {
  readonly axis?: number | null
  readonly keepDims?: boolean
}

/**
 * The int32 index of the largest element along `axis`, the first one at a tie; NaN counts as largest.
 *
 * @example
 * import { argMax, tensor } from '@gradus/tensor'
 * argMax(tensor([[1, 5], [7, 2]]), { axis: 1 }).array() // => [1, 0]
 */
export const argMax = /* @__PURE__ */ operation(
  'argMax',
  (x: Tensor, options: PlaceOptions = {}): Tensor => place(argMaxOp, x, options),
)

/** The int32 index of the smallest element along `axis`, the first one at a tie; NaN counts as smallest. */
export const argMin = /* @__PURE__ */ operation(
  'argMin',
  (x: Tensor, options: PlaceOptions = {}): Tensor => place(argMinOp, x, options),
)

function place(op: Op<{ axis: number }>, x: Tensor, { axis, keepDims = false }: PlaceOptions): Tensor {
  if (axis === undefined || axis === null) {
    const index = apply(op, [reshape(x, [x.size])], { axis: 0 })
    return keepDims
      ? reshape(
          index,
          x.shape.map(() => 1),
        )
      : index
  }
  const along = normalizeAxis(op.name, axis, x.rank)
  const index = apply(op, [x], { axis: along })
  return keepDims ? reshape(index, reducedShape(x.shape, [along], true)) : index
}
