export * from '@gradus/tensor/ops'
export { arange, eye, full, iota, linspace, ones, randomKey, tensor, zeros } from './first-tensors.ts'
