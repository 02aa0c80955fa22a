export { Initializer } from '@gradus/core'
export * from '@gradus/layers/initializers'
