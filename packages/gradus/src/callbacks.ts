export * from '@gradus/callbacks'
