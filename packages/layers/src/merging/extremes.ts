import { logicalOr, type Tensor, where } from '@gradus/tensor'
import type { MaskedInput } from './merge-layer.ts'

/**
 * Combines inputs two by two with `pick`, for example the larger one. A masked entry is replaced by the entry of the other
 * operand.
 */
export function combineMasked(inputs: readonly MaskedInput[], pick: (a: Tensor, b: Tensor) => Tensor): Tensor {
  const [first, ...others] = inputs as [MaskedInput, ...MaskedInput[]]
  let result = first
  for (const { x, mask } of others) {
    const right = mask ? where(mask, x, result.x) : x
    const left = result.mask ? where(result.mask, result.x, right) : result.x
    result = { x: pick(left, right), mask: mask && result.mask && logicalOr(mask, result.mask) }
  }
  return result.x
}
