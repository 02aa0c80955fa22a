import { add, type DType, mul, square, sub, type Tensor, zerosLike } from '@gradus/tensor'

/** The options of optimizers that keep running means of gradients and of their squares. */
export const momentFields = {
  /** The decay rate of the running mean of gradients (Keras's beta_1). */
  beta1: { type: 'number', min: 0, max: 1, default: 0.9 },
  /** The decay rate of the running mean of squared gradients (Keras's beta_2). */
  beta2: { type: 'number', min: 0, max: 1, default: 0.999 },
  /** Added to the root of the running mean of squares. */
  epsilon: { type: 'number', min: 0, default: 1e-7 },
} as const

/** The decay rates of the running means. */
export interface DecayRates {
  readonly beta1: number
  readonly beta2: number
}

/** Running means of gradients and of their squares. */
export type Moments = { readonly momentum: Tensor; readonly velocity: Tensor }

/** The running means before the first update. */
export function initialMoments(param: Tensor): Moments {
  return { momentum: zerosLike(param), velocity: zerosLike(param) }
}

/** The running means after an update. */
export function nextMoments(
  gradient: Tensor,
  { momentum, velocity }: Readonly<Record<string, Tensor>>,
  { beta1, beta2 }: DecayRates,
): Moments {
  return {
    momentum: runningMean(momentum!, gradient, 1 - beta1),
    velocity: runningMean(velocity!, square(gradient), 1 - beta2),
  }
}

/** A running mean after a new value with this weight: mean + (value - mean) * weight, rounded like this. */
export function runningMean(mean: Tensor, value: Tensor, weight: number): Tensor {
  return add(mean, mul(sub(value, mean), weight))
}

/** 1 - rate, where Keras first rounds the rate to the dtype of the parameter. */
export function complement(rate: number, dtype: DType): number {
  return 1 - (dtype === 'float64' ? rate : Math.fround(rate))
}
