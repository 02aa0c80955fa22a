import type { DType } from '@gradus/tensor'

/** The class of the arrays that hold values of a dtype; of float16 they hold the bits. */
export function arrayClass(dtype: DType): string {
  switch (dtype) {
    case 'float16':
      return 'Uint16Array'
    case 'float32':
      return 'Float32Array'
    case 'float64':
      return 'Float64Array'
    case 'int32':
      return 'Int32Array'
    case 'uint32':
      return 'Uint32Array'
    case 'bool':
      return 'Uint8Array'
  }
}
