import type { OptimizerName } from '../settings/settings.ts'

/** The momentum coefficient of the optimizer `Momentum`. */
export const momentumCoefficient = 0.9
const beta1 = 0.9
const beta2 = 0.999
const epsilon = 1e-7

/** The inputs of an update of one weight. */
export interface UpdateInput {
  readonly weight: number
  readonly gradient: number
  readonly learningRate: number
  /** The last step (`Momentum`), or the running mean of the gradients (Adam); 0 at first. */
  readonly momentum: number
  /** The running mean of the squared gradients (Adam); 0 at first. */
  readonly velocity: number
  /** The number of the update, counted from 1. */
  readonly iteration: number
}

/** The values that Adam computes in one update. */
interface AdamParts {
  readonly momentum: number
  readonly velocity: number
  /** The learning rate with the correction of the bias of the first steps. */
  readonly rate: number
}

/** The weight after one update, and intermediate values. */
export interface Update {
  readonly weight: number
  /** With `Momentum`, the difference between the new and the old weight. */
  readonly step?: number
  readonly adam?: AdamParts
}

/** One update of one weight, in double precision, by the rules of Gradus's optimizers. */
export function updateOf(optimizer: OptimizerName, input: UpdateInput): Update {
  const { weight, gradient, learningRate, momentum, velocity, iteration } = input
  if (optimizer === 'SGD') return { weight: weight - learningRate * gradient }
  if (optimizer === 'Momentum') {
    const step = momentumCoefficient * momentum - learningRate * gradient
    return { weight: weight + step, step }
  }
  const adam = {
    momentum: momentum + (1 - beta1) * (gradient - momentum),
    velocity: velocity + (1 - beta2) * (gradient * gradient - velocity),
    rate: (learningRate * Math.sqrt(1 - beta2 ** iteration)) / (1 - beta1 ** iteration),
  }
  return { weight: weight - (adam.rate * adam.momentum) / (Math.sqrt(adam.velocity) + epsilon), adam }
}
