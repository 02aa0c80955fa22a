import type { OptimizerName } from '../settings/settings.ts'

/** How much of the last step the optimizer `Momentum` repeats. */
export const momentumShare = 0.9
const beta1 = 0.9
const beta2 = 0.999
const epsilon = 1e-7

/** What an update of one weight starts from. */
export interface UpdateInput {
  readonly weight: number
  readonly gradient: number
  readonly learningRate: number
  /** Kept by momentum (the last step) and by Adam (the mean of gradients); 0 at first. */
  readonly momentum: number
  /** Kept by Adam: the mean of squared gradients; 0 at first. */
  readonly velocity: number
  /** The number of the update, from 1. */
  readonly iteration: number
}

/** What Adam works with in one update. */
interface AdamParts {
  readonly momentum: number
  readonly velocity: number
  /** The learning rate with the bias of the first steps corrected. */
  readonly rate: number
}

/** The weight after one update, and what led to it. */
export interface Update {
  readonly weight: number
  /** With `Momentum`, the step that is made. */
  readonly step?: number
  readonly adam?: AdamParts
}

/** One update of one weight, in double precision, by the rules of Gradus's optimizers. */
export function updateOf(optimizer: OptimizerName, input: UpdateInput): Update {
  const { weight, gradient, learningRate, momentum, velocity, iteration } = input
  if (optimizer === 'SGD') return { weight: weight - learningRate * gradient }
  if (optimizer === 'Momentum') {
    const step = momentumShare * momentum - learningRate * gradient
    return { weight: weight + step, step }
  }
  const adam = {
    momentum: momentum + (1 - beta1) * (gradient - momentum),
    velocity: velocity + (1 - beta2) * (gradient * gradient - velocity),
    rate: (learningRate * Math.sqrt(1 - beta2 ** iteration)) / (1 - beta1 ** iteration),
  }
  return { weight: weight - (adam.rate * adam.momentum) / (Math.sqrt(adam.velocity) + epsilon), adam }
}
