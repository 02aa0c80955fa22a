export * from '@gradus/layers/activations'
