import { computeDType } from '../dtype.ts'
import type { Tensor } from '../tensor.ts'
import { cast } from './arithmetic.ts'

/** Float16 as float32, because sums, squares and products soon leave its range. */
export function wide(x: Tensor): Tensor {
  return cast(x, computeDType(x.dtype))
}
