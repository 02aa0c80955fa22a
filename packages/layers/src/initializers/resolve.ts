import { ConfigError, describeValue, Initializer } from '@gradus/core'
import { findNamed } from '../find-named.ts'
import { initializers } from './table.ts'

/** The names that layers take for an initializer. */
export type InitializerName = keyof typeof initializers

/** Where an initializer is expected: a name or an instance. */
export type InitializerLike = InitializerName | Initializer

/**
 * The initializer that `like` stands for. Names may also be Keras's, such as `glorot_uniform`.
 * Throws `ConfigError` for an unknown name, saying which are known; `option` is what the message calls it.
 *
 * @example
 * import { resolveInitializer } from '@gradus/layers'
 * import { randomKey } from '@gradus/tensor'
 * resolveInitializer('ones').make(randomKey(0), [2], 'float32').array() // => [1, 1]
 */
export function resolveInitializer(like: InitializerLike, option = 'initializer'): Initializer {
  if (like instanceof Initializer) return like
  if (typeof like === 'string') {
    const definition = findNamed(initializers, like, option, 'initializer') as new (config?: object) => Initializer
    return new definition({})
  }
  throw new ConfigError(
    `${option} must be the name of an initializer or an instance such as new HeNormal(), and is ${describeValue(like)}.`,
  )
}
