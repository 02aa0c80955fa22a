export * from '@gradus/tensor'
