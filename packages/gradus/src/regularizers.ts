export * from '@gradus/layers/regularizers'
