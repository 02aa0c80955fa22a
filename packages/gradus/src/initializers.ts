export * from '@gradus/layers/initializers'
