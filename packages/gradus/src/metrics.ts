export { Metric } from '@gradus/core'
export * from '@gradus/metrics'
