import { add, cast, div, equal, full, logicalAnd, logicalOr, mul, sum, type Tensor, where } from '@gradus/tensor'

/** The state of a dynamic loss scale. */
export type LossScaleState = {
  readonly [key: string]: Tensor
  /** The present factor of the loss, float32 scalar. */
  readonly factor: Tensor
  /** The number of updates since the factor last changed, int32 scalar. */
  readonly streak: Tensor
}

/** How a dynamic loss scale changes. */
export interface LossScaling {
  /** The first factor. */
  readonly initialScale: number
  /** The number of updates with finite gradients after which the factor is doubled. */
  readonly dynamicGrowthSteps: number
}

/** The defaults of Keras's `LossScaleOptimizer`. */
export const defaultLossScaling: LossScaling = { initialScale: 2 ** 15, dynamicGrowthSteps: 2000 }

/** The initial loss scale, on the backend of `like`. */
export function initialLossScale({ initialScale }: LossScaling, like: Tensor | undefined): LossScaleState {
  return { factor: full([], initialScale, 'float32', like), streak: full([], 0, 'int32', like) }
}

/** The loss scale after an update: doubled after enough updates with finite gradients, halved after gradients that are not. */
export function nextLossScale(
  { dynamicGrowthSteps }: LossScaling,
  { factor, streak }: LossScaleState,
  finite: Tensor,
): LossScaleState {
  const grows = logicalAnd(finite, equal(streak, dynamicGrowthSteps - 1))
  const changes = logicalOr(grows, equal(finite, false))
  return {
    factor: where(finite, where(grows, mul(factor, 2), factor), div(factor, 2)),
    streak: where(changes, 0, add(streak, 1)),
  }
}

/** Whether all elements of all tensors are finite, bool scalar. */
export function allFinite(tensors: readonly Tensor[]): Tensor {
  // a sum times 0 is 0 if all elements are finite, and NaN otherwise
  const zeros = tensors.map((x) => mul(cast(sum(x), 'float32'), 0))
  return equal(
    zeros.reduce((a, b) => add(a, b), full([], 0, 'float32', tensors[0])),
    0,
  )
}
