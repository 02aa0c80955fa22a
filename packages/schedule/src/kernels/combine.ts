import { add, type DType, isFloat, logicalAnd, logicalOr, maximum, minimum, mul } from '@gradus/tensor'
import type { Combine, ElementFunction } from '@gradus/tensor/lowering'

/** The function that combines two elements; undefined where positions are combined. */
export function combiningFunction(combine: Combine): ElementFunction | undefined {
  switch (combine) {
    case 'sum':
      return add.op
    case 'prod':
      return mul.op
    case 'max':
      return maximum.op
    case 'min':
      return minimum.op
    case 'any':
      return logicalOr.op
    case 'all':
      return logicalAnd.op
    case 'argMax':
    case 'argMin':
      return undefined
  }
}

/** Whether a reduction gives a position instead of an element. */
export function isPosition(combine: Combine): boolean {
  return combine === 'argMax' || combine === 'argMin'
}

/** The number that combines with any element to that element. */
export function identityOf(combine: Combine, dtype: DType): number {
  switch (combine) {
    case 'sum':
    case 'any':
      return 0
    case 'prod':
    case 'all':
      return 1
    case 'max':
    case 'argMax':
      return lowest(dtype)
    case 'min':
    case 'argMin':
      return highest(dtype)
  }
}

function lowest(dtype: DType): number {
  if (dtype === 'int32') return -(2 ** 31)
  return isFloat(dtype) ? Number.NEGATIVE_INFINITY : 0
}

function highest(dtype: DType): number {
  if (isFloat(dtype)) return Number.POSITIVE_INFINITY
  if (dtype === 'bool') return 1
  return dtype === 'int32' ? 2 ** 31 - 1 : 2 ** 32 - 1
}
