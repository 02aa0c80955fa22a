import type { Kernel } from '@gradus/graph'
import type { Shape } from '@gradus/tensor'
import { stridesOf } from '@gradus/tensor/internals'
import { addView, copyView } from './strided.ts'

interface WindowParams {
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
}

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
    output.data.fill(0)
    addView(
      { data: output.data, offset: 0, strides: patchStrides(output.shape, params) },
      { data: patches.data, offset: 0, strides: stridesOf(patches.shape) },
      patches.shape,
    )
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
