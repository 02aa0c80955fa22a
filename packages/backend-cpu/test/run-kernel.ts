import type { NdArray } from '@gradus/graph'
import { type DType, type Shape, sizeOf } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'
import { kernels } from '../src/kernels.ts'

const table = kernels()

/** An array of `shape` (one axis by default) with these values. */
export function array(dtype: DType, values: readonly number[], shape: Shape = [values.length]): NdArray {
  const data = hostArray(dtype, sizeOf(shape))
  data.set(values)
  return { data, shape, dtype }
}

/** Seeded numbers from -1 to 1. */
export function noise(shape: Shape, seed: number, dtype: DType = 'float64'): NdArray {
  let state = seed
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
  return array(dtype, Array.from({ length: sizeOf(shape) }, next), shape)
}

/** Runs a kernel with output memory that holds other numbers before. */
export function runKernel(
  name: string,
  inputs: readonly NdArray[],
  params: unknown = null,
  output: { readonly shape?: Shape; readonly dtype?: DType } = {},
): number[] {
  const shape = output.shape ?? inputs[0].shape
  const dtype = output.dtype ?? inputs[0].dtype
  const data = hostArray(dtype, sizeOf(shape)).fill(77)
  table[name]({ data, shape, dtype }, inputs, params as never)
  return [...data]
}
