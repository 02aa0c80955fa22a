import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { formatShape, type Shape, sameShape } from '../shape.ts'
import { full } from './broadcast.ts'
import { requireInteger, requireNumeric } from './rules.ts'

/**
 * Elements of the first input at the positions given by the second along `axis`. A position out of range, also a negative one,
 * gives 0, or `outside` if the elements are floats.
 */
export const gatherOp: Op<{ axis: number; outside?: number }> = {
  name: 'gather',
  shape([x, indices], { axis }) {
    requireInteger('gather', indices!)
    return { shape: gatheredShape(x!.shape, indices!.shape, axis), dtype: x!.dtype }
  },
  vjp: (ct, [x, indices], { axis }) => [
    apply(scatterAddOp, [full(x!.shape, 0, x!.dtype, ct), indices!, ct], { axis }),
    null,
  ],
}

/** `[base, indices, updates]`: adds the updates to the base at the indices along `axis`; updates out of range are dropped. */
export const scatterAddOp: Op<{ axis: number }> = {
  name: 'scatterAdd',
  shape([base, indices, updates], { axis }) {
    requireNumeric('scatterAdd', base!)
    requireInteger('scatterAdd', indices!)
    const expected = gatheredShape(base!.shape, indices!.shape, axis)
    if (!sameShape(updates!.shape, expected) || updates!.dtype !== base!.dtype) {
      throw new ShapeError(
        `scatterAdd: the updates are ${updates!.dtype}${formatShape(updates!.shape)}; for a base of shape ${formatShape(base!.shape)} ` +
          `and indices of shape ${formatShape(indices!.shape)} along axis ${axis} they must be ${base!.dtype}${formatShape(expected)}.`,
      )
    }
    return { shape: base!.shape, dtype: base!.dtype }
  },
  vjp: (ct, [, indices], { axis }) => [ct, null, apply(gatherOp, [ct, indices!], { axis })],
}

function gatheredShape(x: Shape, indices: Shape, axis: number): Shape {
  return [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)]
}
