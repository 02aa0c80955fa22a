import type { DType } from '../dtype.ts'
import { ShapeError } from '../errors.ts'
import type { Op } from '../op.ts'
import type { Shape } from '../shape.ts'

/** A tensor with every element `value`. */
export const fillOp: Op<{ shape: Shape; dtype: DType; value: number }> = {
  name: 'fill',
  shape: (_, { shape, dtype }) => ({ shape, dtype }),
}

/** A tensor in which each element is its coordinate along `axis`. */
export const iotaOp: Op<{ shape: Shape; dtype: DType; axis: number }> = {
  name: 'iota',
  shape(_, { shape, dtype }) {
    if (dtype === 'bool') throw new ShapeError('iota counts and needs a numeric dtype; it got bool.')
    return { shape, dtype }
  },
}
