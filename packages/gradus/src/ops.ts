export * from '@gradus/tensor/ops'
