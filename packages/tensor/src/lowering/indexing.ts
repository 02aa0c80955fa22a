import { type DType, isFloat } from '../dtype.ts'
import { greaterEqual, less, where } from '../ops/arithmetic.ts'
import type { gatherOp, scatterAddOp } from '../ops/indexing-op.ts'
import { logicalAnd } from '../ops/logical.ts'
import type { ElementMaker, ElementRule, Lowerings, ParamsOf, StoreRule } from './rule.ts'

/** Whether a position lies within an axis of `size` elements, and the position as an index, or 0 if it does not. */
function checked<I, E>(make: ElementMaker<I, E>, dtype: DType, position: E, size: number) {
  const zero = make.constant(dtype, 0)
  const above = make.apply('bool', greaterEqual.op, [position, zero])
  const below = make.apply('bool', less.op, [position, make.constant(dtype, size)])
  const inside = make.apply('bool', logicalAnd.op, [above, below])
  return { inside, index: make.lookup(make.apply(dtype, where.op, [inside, position, zero]), size) }
}

/** A position out of range gives 0, or for floats `outside`, without a read. */
const gather: ElementRule<ParamsOf<typeof gatherOp>> = {
  kind: 'element',
  element({ params: { axis, outside = 0 }, inputs: [x, indices] }, at, { make, read }) {
    const { shape, dtype } = x!
    const end = axis + indices!.shape.length
    const size = shape[axis]!
    const missing = make.constant(dtype, isFloat(dtype) ? outside : 0)
    if (size === 0) return missing
    const { inside, index } = checked(make, indices!.dtype, read(1, at.slice(axis, end)), size)
    return make.apply(dtype, where.op, [inside, read(0, [...at.slice(0, axis), index, ...at.slice(end)]), missing])
  },
}

/** Copies the base, then adds each update at its index. Updates out of range are dropped. */
const scatterAdd: StoreRule<ParamsOf<typeof scatterAddOp>> = {
  kind: 'stores',
  loops: ({ params: { axis }, inputs: [base, indices, updates] }) =>
    base!.shape.includes(0)
      ? []
      : [
          { shape: base!.shape, store: (at, { read }) => ({ to: at, element: read(0, at) }) },
          {
            shape: updates!.shape,
            store(at, { make, read }) {
              const end = axis + indices!.shape.length
              const { inside, index } = checked(make, indices!.dtype, read(1, at.slice(axis, end)), base!.shape[axis]!)
              return { to: [...at.slice(0, axis), index, ...at.slice(end)], element: read(2, at), addWhere: inside }
            },
          },
        ],
}

export const indexingLowerings: Lowerings = { gather, scatterAdd }
