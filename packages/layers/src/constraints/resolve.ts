import { ConfigError, Constraint, describeValue } from '@gradus/core'
import { findNamed } from '../find-named.ts'
import { constraints } from './table.ts'

/** The names that layers take for a constraint. */
export type ConstraintName = keyof typeof constraints

/** Where a constraint is expected: a name or an instance. */
export type ConstraintLike = ConstraintName | Constraint

/**
 * The constraint that `like` stands for, with its default options if it is a name.
 * Throws `ConfigError` for an unknown name, saying which are known; `option` is what the message calls it.
 */
export function resolveConstraint(like: ConstraintLike, option = 'constraint'): Constraint {
  if (like instanceof Constraint) return like
  if (typeof like === 'string') {
    const definition = findNamed(constraints, like, option, 'constraint') as new (config?: object) => Constraint
    return new definition({})
  }
  throw new ConfigError(
    `${option} must be the name of a constraint or an instance such as new MaxNorm({ maxValue: 2 }), and is ${describeValue(like)}.`,
  )
}
