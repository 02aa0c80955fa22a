import { softmax, type Tensor, where } from '@gradus/tensor'

/**
 * Softmax over `axes` of the entries whose mask is true; the others become 0. In rows without such entries all become 0, or with
 * `uniformRows` all become equal.
 */
export function maskedSoftmax(
  x: Tensor,
  mask: Tensor | undefined,
  axes: readonly number[],
  { uniformRows = false }: { readonly uniformRows?: boolean } = {},
): Tensor {
  if (!mask) return softmax(x, { axis: axes })
  // as in Keras; with minus infinity, rows without unmasked entries would become NaN
  const lowest = x.dtype === 'float16' ? -3e4 : -1e9
  const weights = softmax(where(mask, x, lowest), { axis: axes })
  return uniformRows ? weights : where(mask, weights, 0)
}
