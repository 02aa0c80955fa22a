export * from '@gradus/optimizers/schedules'
