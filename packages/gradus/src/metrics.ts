export * from '@gradus/metrics'
