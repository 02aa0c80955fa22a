export { HostLayer, Layer } from '@gradus/core'
export * from '@gradus/layers'
export { add, average, concatenate, dot, maximum, minimum, multiply, subtract } from './merging.ts'
