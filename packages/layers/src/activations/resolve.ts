import { Activation, ConfigError, describeValue } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { findNamed } from '../find-named.ts'
import { FunctionActivation } from './function-activation.ts'
import { activations } from './table.ts'

/** The names that layers take for an activation; `threshold` has options without defaults and is given as an instance. */
export type ActivationName = Exclude<keyof typeof activations, 'threshold'>

/** Where an activation is expected: a name, an instance, or a function of one tensor. */
export type ActivationLike = ActivationName | Activation | ((x: Tensor) => Tensor)

/**
 * The activation that `like` stands for; nothing means `linear`, as in Keras. Names may also be in snake_case.
 * Throws `ConfigError` for an unknown name, saying which are known; `option` is what the message calls it.
 *
 * @example
 * import { resolveActivation } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * resolveActivation('relu').compute(tensor([-1, 2])).array() // => [0, 2]
 */
export function resolveActivation(like: ActivationLike | null | undefined, option = 'activation'): Activation {
  if (like === undefined || like === null) return new activations.linear()
  if (like instanceof Activation) return like
  if (typeof like === 'function') return new FunctionActivation({ compute: like })
  if (typeof like === 'string') {
    const definition = findNamed(activations, like, option, 'activation') as new (config?: object) => Activation
    return new definition({})
  }
  throw new ConfigError(
    `${option} must be the name of an activation, an instance such as new Relu(), or a function, and is ${describeValue(like)}.`,
  )
}
