import { type Aval, type MemoryArray, sizeOf, viewOf } from '@gradus/tensor'
import { byteSize } from './place.ts'

/** A value in a buffer of host memory, by default a new one. */
export function arrayIn(aval: Aval, buffer = new ArrayBuffer(byteSize(aval)), offset = 0): MemoryArray {
  return viewOf(aval.dtype, buffer, offset, sizeOf(aval.shape))
}
