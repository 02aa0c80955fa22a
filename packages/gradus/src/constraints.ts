export { Constraint } from '@gradus/core'
export * from '@gradus/layers/constraints'
