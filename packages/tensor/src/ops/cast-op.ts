import { type DType, isFloat } from '../dtype.ts'
import { apply } from '../interpreter.ts'
import type { Op } from '../op.ts'
import type { Tensor } from '../tensor.ts'

export const castOp: Op<{ dtype: DType }> = {
  name: 'cast',
  elementwise: true,
  shape: ([x], { dtype }) => ({ shape: x!.shape, dtype }),
  // no gradient flows through integers and booleans
  vjp: (ct, [x], { dtype }) => [isFloat(dtype) && isFloat(x!.dtype) ? apply(castOp, [ct], { dtype: x!.dtype }) : null],
  trivial: () => true,
}

/** Bools as int32, to count them, as in NumPy and Keras. */
export function counted(x: Tensor): Tensor {
  return x.dtype === 'bool' ? apply(castOp, [x], { dtype: 'int32' }) : x
}
