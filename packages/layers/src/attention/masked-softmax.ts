import { greater, softmax, type Tensor, where } from '@gradus/tensor'

/**
 * Softmax over `axes` of the entries for which `mask` is true; the others are 0. In rows without any, all are 0, or all are
 * equal with `uniformRows`.
 */
export function maskedSoftmax(
  x: Tensor,
  mask: Tensor | undefined,
  axes: readonly number[],
  { uniformRows = false }: { readonly uniformRows?: boolean } = {},
): Tensor {
  if (!mask) return softmax(x, { axis: axes })
  const keep = mask.dtype === 'bool' ? mask : greater(mask, 0.5)
  // as in Keras: not minus infinity, whose differences are not numbers
  const lowest = x.dtype === 'float16' ? -3e4 : -1e9
  const weights = softmax(where(keep, x, lowest), { axis: axes })
  return uniformRows ? weights : where(keep, weights, 0)
}
