import { add, clip, mul, type Tensor } from '@gradus/tensor'

/** Probabilities are clipped to `epsilon` and 1 - `epsilon` before their logarithm is taken (Keras's `epsilon()`). */
export const epsilon = 1e-7

/** Limits probabilities to the range from `epsilon` to 1 - `epsilon`, so that their logarithm is finite. */
export function clipProbability(p: Tensor): Tensor {
  return clip(p, epsilon, 1 - epsilon)
}

/** Distributes the part `smoothing` of each target evenly over `classes` classes. */
export function smoothLabels(target: Tensor, smoothing: number, classes: number): Tensor {
  return smoothing ? add(mul(target, 1 - smoothing), smoothing / classes) : target
}
