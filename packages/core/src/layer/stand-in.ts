import { type Shape, type SymbolicDType, SymbolicTensor } from '@gradus/tensor'
import type { UnknownSize } from '@gradus/tensor/internals'
import { mapLeaves } from '../structure.ts'

/** A symbolic tensor that only describes an input, by its sizes (batch first) and its dtype. It belongs to no model. */
export function standIn(sizes: readonly (number | UnknownSize)[], dtype: SymbolicDType): SymbolicTensor {
  return new SymbolicTensor(sizes, dtype, noSource)
}

/** The same structure with each tensor replaced by a stand-in of its shape and dtype. */
export function standIns(value: unknown): unknown {
  return mapLeaves(value, ({ shape, dtype }) => standIn(shape as Shape, dtype))
}

const noSource = {
  record(): never {
    throw new TypeError('This tensor only stands for a shape; no operation can use it.')
  },
}
