import { ConfigError, describeValue, Regularizer } from '@gradus/core'
import { findNamed } from '../find-named.ts'
import { regularizers } from './table.ts'

/** The names that layers take for a regularizer. */
export type RegularizerName = keyof typeof regularizers

/** Where a regularizer is expected: a name or an instance. */
export type RegularizerLike = RegularizerName | Regularizer

/**
 * The regularizer that `like` stands for, with its default options if it is a name.
 * Throws `ConfigError` for an unknown name, saying which are known; `option` is what the message calls it.
 */
export function resolveRegularizer(like: RegularizerLike, option = 'regularizer'): Regularizer {
  if (like instanceof Regularizer) return like
  if (typeof like === 'string') {
    const definition = findNamed(regularizers, like, option, 'regularizer') as new (config?: object) => Regularizer
    return new definition({})
  }
  throw new ConfigError(
    `${option} must be the name of a regularizer or an instance such as new L2({ l2: 0.01 }), and is ${describeValue(like)}.`,
  )
}
