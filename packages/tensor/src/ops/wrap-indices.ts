import type { Tensor } from '../tensor.ts'
import { add, less, where } from './arithmetic.ts'

/** Non-negative int32 positions: negative ones count from the end. Unsigned ones are left as they are. */
export function wrapIndices(indices: Tensor, size: number): Tensor {
  return indices.dtype === 'uint32' ? indices : where(less(indices, 0), add(indices, size), indices)
}
