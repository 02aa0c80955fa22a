export * from '@gradus/data'
