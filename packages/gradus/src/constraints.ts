export * from '@gradus/layers/constraints'
