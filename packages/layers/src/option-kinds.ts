import type { ActivationFunction, Constraint, Initializer, Kind, Regularizer } from '@gradus/core'

// The types of options that hold instances, for descriptions such as `{ type: initializerKind, among: initializers }`.
export const activationKind = 'activation' as Kind<ActivationFunction>
export const initializerKind = 'initializer' as Kind<Initializer>
export const regularizerKind = 'regularizer' as Kind<Regularizer>
export const constraintKind = 'constraint' as Kind<Constraint>

/** Number.MAX_VALUE. Bundlers would keep a table of fields that reads it from `Number`. */
export const largestFinite = 1.7976931348623157e308
