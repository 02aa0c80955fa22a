import { all, equal, logicalOr, mul, sub, type Tensor, where } from '@gradus/tensor'

/** Returns labels of -1 and 1: if all labels are 0 or 1, 0 becomes -1; other labels stay as they are. */
export function signedLabels(target: Tensor): Tensor {
  const binary = all(logicalOr(equal(target, 0), equal(target, 1)))
  return where(binary, sub(mul(target, 2), 1), target)
}
