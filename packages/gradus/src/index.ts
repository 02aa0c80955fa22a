export * from '@gradus/autograd'
export { cpu } from '@gradus/backend-cpu'
export { type WasmOptions, wasm } from '@gradus/backend-wasm'
export * from '@gradus/callbacks'
export * from '@gradus/core'
export { type SymbolicShape, SymbolicTensor } from '@gradus/core'
export * from '@gradus/data'
export type { CompileOptions as GraphCompileOptions } from '@gradus/graph'
export * from '@gradus/graph'
export * from '@gradus/io'
export * from '@gradus/layers'
export * from '@gradus/losses'
export * as losses from '@gradus/losses'
// Losses and metrics share some names; without a namespace those mean the losses.
export {
  BinaryCrossentropy,
  type BinaryCrossentropyConfig,
  CategoricalCrossentropy,
  type CategoricalCrossentropyConfig,
  MeanAbsoluteError,
  MeanSquaredError,
  SparseCategoricalCrossentropy,
  type SparseCategoricalCrossentropyConfig,
} from '@gradus/losses'
export * from '@gradus/metrics'
export * as metrics from '@gradus/metrics'
// `CompileOptions` without a namespace are those of a model's `compile`.
export type { CompileOptions } from '@gradus/models'
export * from '@gradus/models'
export * from '@gradus/optimizers'
export * from '@gradus/tensor'
export { auto } from './auto.ts'
export * from './define-config.ts'
export { fromSpec, loadModel } from './load-model.ts'
export { Model } from './model.ts'
export type { NamesOf, StandardNames } from './names.ts'
export { Sequential } from './sequential.ts'
export { type StandardDefinition, standard } from './standard.ts'
