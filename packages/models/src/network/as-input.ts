import { cast, type DType, type SymbolicTensor, type Tensor } from '@gradus/tensor'

/** A value in the dtype of the symbolic tensor that it is for. */
export function asInput(x: Tensor, { dtype }: SymbolicTensor): Tensor {
  return dtype === 'string' ? x : cast(x, dtype as DType)
}
