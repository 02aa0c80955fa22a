import { sizeOf } from '@gradus/tensor'
import { type Aval, type MemoryArray, viewOf } from '@gradus/tensor/internals'
import { byteSize } from './place.ts'

/** A value in a buffer of host memory, by default a new one. */
export function arrayIn(aval: Aval, buffer = new ArrayBuffer(byteSize(aval)), offset = 0): MemoryArray {
  return viewOf(aval.dtype, buffer, offset, sizeOf(aval.shape))
}
