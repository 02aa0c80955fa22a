export { Optimizer } from '@gradus/core'
export * from '@gradus/optimizers'
export * as schedules from './schedules.ts'
