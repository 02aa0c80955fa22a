export * from '@gradus/io'
