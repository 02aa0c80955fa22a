import type * as ops from '../ops/movement.ts'
import type { padOp, permuteOp } from '../ops/movement-op.ts'
import { type ElementRule, type Lowerings, movement, type ParamsOf, type StoreLoop, type StoreRule } from './rule.ts'

const permute = /* @__PURE__ */ movement<ParamsOf<typeof permuteOp>>(
  ({ params: { axes } }, at) => at.map((_, axis) => at[axes.indexOf(axis)]!),
  true,
)

const slice = /* @__PURE__ */ movement<ParamsOf<typeof ops.slice.op>>(
  ({ params: { start, step } }, at, index) =>
    at.map((coordinate, axis) => index.shifted(index.times(coordinate, step[axis]!), start[axis]!)),
  true,
)

const flip = /* @__PURE__ */ movement<ParamsOf<typeof ops.flip.op>>(
  ({ params: { axes }, inputs }, at, index) =>
    at.map((coordinate, axis) =>
      axes.includes(axis) ? index.shifted(index.times(coordinate, -1), inputs[0]!.shape[axis]! - 1) : coordinate,
    ),
  true,
)

const pad: ElementRule<ParamsOf<typeof padOp>> = {
  kind: 'element',
  once: true,
  element({ params: { low, interior }, inputs }, at, { index, make, read }) {
    const { shape, dtype } = inputs[0]!
    const zero = make.constant(dtype, 0)
    if (shape.includes(0)) return zero
    // for each axis the position relative to the first element, and the distance between elements
    const axes = at.map((coordinate, axis) => ({
      from: index.shifted(coordinate, -low[axis]!),
      distance: interior[axis]! + 1,
    }))
    const conditions = axes.flatMap(({ from, distance }, axis) => {
      const within = { index: from, low: 0, high: (shape[axis]! - 1) * distance + 1 }
      return distance > 1 ? [within, { index: index.remainder(from, distance), low: 0, high: 1 }] : [within]
    })
    const source = axes.map(({ from, distance }) => index.quotient(from, distance))
    return make.choice(conditions, () => read(0, source), zero)
  },
}

/** Stores each input in its part of the output. */
const concat: StoreRule<ParamsOf<typeof ops.concat.op>> = {
  kind: 'stores',
  loops({ inputs, params: { axis } }) {
    let end = 0
    return inputs.map(({ shape }, input): StoreLoop => {
      const offset = end
      end += shape[axis]!
      return {
        shape,
        store: (at, { index, read }) => ({
          to: at.map((coordinate, i) => (i === axis ? index.shifted(coordinate, offset) : coordinate)),
          element: read(input, at),
        }),
      }
    })
  },
}

export const movementLowerings: Lowerings = { permute, slice, flip, pad, concat }
