import { add, cast, div, equal, full, logicalAnd, logicalOr, mul, sum, type Tensor, where } from '@gradus/tensor'

/** What a dynamic loss scale remembers. */
export type LossScaleState = {
  readonly [key: string]: Tensor
  /** What the loss is multiplied by now, float32 scalar. */
  readonly factor: Tensor
  /** Updates since it last changed, int32 scalar. */
  readonly streak: Tensor
}

// as Keras's LossScaleOptimizer
const firstFactor = 2 ** 15
const growthSteps = 2000

export function firstLossScale(like: Tensor | undefined): LossScaleState {
  return { factor: full([], firstFactor, 'float32', like), streak: full([], 0, 'int32', like) }
}

/** Twice as large after 2000 updates with finite gradients, half as large after gradients that are not. */
export function nextLossScale({ factor, streak }: LossScaleState, finite: Tensor): LossScaleState {
  const grows = logicalAnd(finite, equal(streak, growthSteps - 1))
  const changes = logicalOr(grows, equal(finite, false))
  return {
    factor: where(finite, where(grows, mul(factor, 2), factor), div(factor, 2)),
    streak: where(changes, 0, add(streak, 1)),
  }
}

/** Whether all elements of all tensors are finite, as a bool scalar. */
export function allFinite(tensors: readonly Tensor[]): Tensor {
  // x * 0 is 0 for a finite number and NaN for any other
  const signs = tensors.map((x) => cast(sum(mul(x, 0)), 'float32'))
  return equal(
    signs.reduce((a, b) => add(a, b), full([], 0, 'float32', tensors[0])),
    0,
  )
}
