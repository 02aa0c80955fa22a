export * from '@gradus/callbacks'
export { Callback } from '@gradus/core'
