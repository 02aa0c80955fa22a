export * from '@gradus/optimizers'
