import { greater, softmax, type Tensor, where } from '@gradus/tensor'

/** Softmax over `axes` of the entries for which `mask` is true; the others, and rows without any, are 0. */
export function maskedSoftmax(x: Tensor, mask: Tensor | undefined, axes: readonly number[]): Tensor {
  if (!mask) return softmax(x, { axis: axes })
  const keep = mask.dtype === 'bool' ? mask : greater(mask, 0.5)
  // as in Keras: not minus infinity, whose differences are not numbers
  const lowest = x.dtype === 'float16' ? -3e4 : -1e9
  return where(keep, softmax(where(keep, x, lowest), { axis: axes }), 0)
}
