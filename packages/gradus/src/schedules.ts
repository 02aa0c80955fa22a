export { Schedule } from '@gradus/core'
export * from '@gradus/optimizers/schedules'
