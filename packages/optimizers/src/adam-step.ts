import { type ConfigOf, joinFields, type OptionsOf, type StepContext } from '@gradus/core'
import { add, div, maximum, mul, pow, sqrt, sub, type Tensor, zerosLike } from '@gradus/tensor'
import { type DecayRates, initialMoments, type Moments, momentFields, nextMoments } from './moments.ts'

/** The options of Adam. */
export const adamFields = /* @__PURE__ */ joinFields(momentFields, {
  /** Whether to divide by the largest mean of squares so far (Reddi et al. 2018). */
  amsgrad: { type: 'boolean', default: false },
} as const)

/** Options of `Adam`. */
export interface AdamConfig extends ConfigOf<typeof adamFields> {}

/** The options of `Adam` with their defaults. */
export type AdamOptions = OptionsOf<typeof adamFields>

/** The running means before the first step. */
export function adamSlots(param: Tensor, { amsgrad }: AdamOptions): Record<string, Tensor> {
  return { ...initialMoments(param), ...(amsgrad ? { velocityHat: zerosLike(param) } : {}) }
}

/**
 * Computes m += (g - m)(1 - b1), v += (g^2 - v)(1 - b2), w -= m a / (sqrt(v) + eps), with a = lr sqrt(1 - b2^t) / (1 - b1^t).
 * This order of operations is that of Keras and of section 2 of Kingma & Ba 2015. Returns the new parameter and running means.
 */
export function adamStep(
  param: Tensor,
  gradient: Tensor,
  slots: Readonly<Record<string, Tensor>>,
  context: StepContext,
  options: AdamOptions,
): readonly [Tensor, Readonly<Record<string, Tensor>>] {
  const rate = adamRate(context, options)
  const moments = nextMoments(gradient, slots, options)
  if (!options.amsgrad) return [adamUpdate(param, moments, rate, options.epsilon), moments]
  const velocityHat = maximum(slots.velocityHat!, moments.velocity)
  const next = adamUpdate(param, { ...moments, velocity: velocityHat }, rate, options.epsilon)
  return [next, { ...moments, velocityHat }]
}

/** The learning rate with the correction of both biases: lr sqrt(1 - b2^t) / (1 - b1^t). */
export function adamRate({ learningRate, iteration }: StepContext, { beta1, beta2 }: DecayRates): Tensor {
  return div(mul(learningRate, sqrt(sub(1, pow(beta2, iteration)))), sub(1, pow(beta1, iteration)))
}

/** The parameter after the update w -= m rate / (sqrt(v) + eps). */
export function adamUpdate(param: Tensor, { momentum, velocity }: Moments, rate: Tensor, epsilon: number): Tensor {
  return sub(param, div(mul(momentum, rate), add(sqrt(velocity), epsilon)))
}
