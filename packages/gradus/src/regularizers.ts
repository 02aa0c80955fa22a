export { Regularizer } from '@gradus/core'
export * from '@gradus/layers/regularizers'
