import type { Kernel } from '@gradus/graph'
import { isFloat, type Shape } from '@gradus/tensor'
import { stridesOf } from '@gradus/tensor/internals'
import { addView, copyView } from './strided.ts'

interface WindowParams {
  readonly sizes: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
}

/** Sums of at most this many windows are added in the precision of the output. */
const fewWindows = 8

/** Patches are overlapping strided views of the image: `window` is a copy, and its transpose `fold` an addition. */
export const windowKernels: Readonly<Record<string, Kernel>> = {
  window(output, [x], params: WindowParams) {
    copyView(
      { data: output.data, offset: 0, strides: stridesOf(output.shape) },
      { data: x.data, offset: 0, strides: patchStrides(x.shape, params) },
      output.shape,
    )
  },

  fold(output, [patches], params: WindowParams) {
    // the sums of many windows are added in doubles and rounded once
    const { sizes, strides, dilations } = params
    const along = (axis: number) => (dilations[axis] === 1 ? Math.ceil(sizes[axis] / strides[axis]) : sizes[axis])
    const windows = sizes.reduce((count, _, axis) => count * along(axis), 1)
    const data = windows > fewWindows && isFloat(output.dtype) ? new Float64Array(output.data.length) : output.data
    data.fill(0)
    addView(
      { data, offset: 0, strides: patchStrides(output.shape, params) },
      { data: patches.data, offset: 0, strides: stridesOf(patches.shape) },
      patches.shape,
    )
    if (data !== output.data) output.data.set(data)
  },
}

/** The strides with which an image `[n, ...spatial, c]` is seen as `[n, ...out, ...sizes, c]`. */
function patchStrides(image: Shape, { strides, dilations }: WindowParams): number[] {
  const imageStrides = stridesOf(image)
  const spatial = imageStrides.slice(1, -1)
  return [
    imageStrides[0],
    ...spatial.map((stride, axis) => stride * strides[axis]),
    ...spatial.map((stride, axis) => stride * dilations[axis]),
    1,
  ]
}
