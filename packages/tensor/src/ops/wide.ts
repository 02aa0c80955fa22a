import { computeDType, isFloat } from '../dtype.ts'
import type { Tensor } from '../tensor.ts'
import { cast } from './arithmetic.ts'

/** Float16 as float32, because sums, squares and products soon leave its range. */
export function wide(x: Tensor): Tensor {
  return cast(x, computeDType(x.dtype))
}

/** Integers and bools as float32, as in Keras. */
export function floating(x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : cast(x, 'float32')
}
