import { cast, type DType, type SymbolicTensor, type Tensor } from '@gradus/tensor'

/** Casts `x` to the dtype of a symbolic input. Strings stay. */
export function asInput(x: Tensor, { dtype }: SymbolicTensor): Tensor {
  return dtype === 'string' ? x : cast(x, dtype as DType)
}
