import {
  add,
  div,
  full,
  greater,
  maximum,
  minimum,
  mul,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from '@gradus/tensor'
import { mapValues } from './leaves.ts'
import type { OptimizerOptions } from './optimizer-config.ts'

/** The gradients (by path) clipped as the options say; Keras's `_clip_gradients`. */
export function clipGradients(
  gradients: ReadonlyMap<string, Tensor>,
  { clipNorm, globalClipNorm, clipValue }: OptimizerOptions,
): ReadonlyMap<string, Tensor> {
  if (clipNorm) return mapValues(gradients, (gradient) => byNorm(gradient, clipNorm))
  if (globalClipNorm) {
    const scale = globalScale([...gradients.values()], globalClipNorm)
    return mapValues(gradients, (gradient) => mul(gradient, scale))
  }
  if (clipValue) return mapValues(gradients, (gradient) => minimum(maximum(gradient, -clipValue), clipValue))
  return gradients
}

// g * c / max(|g|, c)
function byNorm(gradient: Tensor, limit: number): Tensor {
  const squares = sum(square(gradient))
  const isPositive = greater(squares, 0)
  // the inner `where` keeps the derivative of sqrt finite at 0
  const norm = where(isPositive, sqrt(where(isPositive, squares, 1)), squares)
  return div(mul(gradient, limit), maximum(norm, limit))
}

// c * min(1 / |all|, 1 / c); adding `norm - norm` makes the scale NaN if the norm is not finite, so that the error shows
function globalScale(gradients: readonly Tensor[], limit: number): Tensor {
  const squares = gradients.map((gradient) => sum(square(gradient)))
  const norm = sqrt(squares.reduce((total, next) => add(total, next)))
  const scale = mul(minimum(div(1, norm), div(1, full([], limit, norm.dtype, norm))), limit)
  return add(scale, sub(norm, norm))
}
