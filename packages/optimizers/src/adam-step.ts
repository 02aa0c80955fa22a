import type { ConfigOf, OptionsOf, StepContext } from '@gradus/core'
import { add, div, maximum, mul, pow, sqrt, square, sub, type Tensor, zerosLike } from '@gradus/tensor'

/** The options of Adam. */
export const adamFields = {
  /** The decay rate of the running mean of gradients (Keras's beta_1). */
  beta1: { type: 'number', min: 0, max: 1, default: 0.9 },
  /** The decay rate of the running mean of squared gradients (Keras's beta_2). */
  beta2: { type: 'number', min: 0, max: 1, default: 0.999 },
  /** Added to the root, before bias is corrected ("epsilon hat"). */
  epsilon: { type: 'number', min: 0, default: 1e-7 },
  /** Whether to divide by the largest mean of squares so far (Reddi et al. 2018). */
  amsgrad: { type: 'boolean', default: false },
} as const

/** Options of `Adam`. */
export interface AdamConfig extends ConfigOf<typeof adamFields> {}

/** The options of `Adam` with their defaults. */
export type AdamOptions = OptionsOf<typeof adamFields>

/** The running means before the first step. */
export function adamSlots(param: Tensor, { amsgrad }: AdamOptions): Record<string, Tensor> {
  return {
    momentum: zerosLike(param),
    velocity: zerosLike(param),
    ...(amsgrad ? { velocityHat: zerosLike(param) } : {}),
  }
}

/**
 * Computes m += (g - m)(1 - b1), v += (g^2 - v)(1 - b2), w -= m a / (sqrt(v) + eps), with a = lr sqrt(1 - b2^t) / (1 - b1^t).
 * This order of operations is that of Keras and of section 2 of Kingma & Ba 2015. Returns the new parameter and running means.
 */
export function adamStep(
  param: Tensor,
  gradient: Tensor,
  slots: Readonly<Record<string, Tensor>>,
  { learningRate, iteration }: StepContext,
  { beta1, beta2, epsilon, amsgrad }: AdamOptions,
): readonly [Tensor, Readonly<Record<string, Tensor>>] {
  const rate = div(mul(learningRate, sqrt(sub(1, pow(beta2, iteration)))), sub(1, pow(beta1, iteration)))
  const momentum = add(slots.momentum!, mul(sub(gradient, slots.momentum!), 1 - beta1))
  const velocity = add(slots.velocity!, mul(sub(square(gradient), slots.velocity!), 1 - beta2))
  const velocityHat = amsgrad ? maximum(slots.velocityHat!, velocity) : undefined
  const next = sub(param, div(mul(momentum, rate), add(sqrt(velocityHat ?? velocity), epsilon)))
  return [next, velocityHat ? { momentum, velocity, velocityHat } : { momentum, velocity }]
}
