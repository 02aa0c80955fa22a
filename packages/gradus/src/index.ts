// The exports that most applications need. All definitions of a kind are in `layers`, `losses`, `ops` and so on, which are
// entries of the package too: `gradus/layers`, `gradus/losses`, `gradus/ops`.

export type * from '@gradus/autograd'
export { customGradient, grad, hessian, jacobian, jvp, stopGradient, valueAndGrad, vjp } from '@gradus/autograd'
export { cpu } from '@gradus/backend-cpu'
export { type WasmBackend, type WasmOptions, wasm } from '@gradus/backend-wasm'
export * from '@gradus/callbacks'
export type * from '@gradus/core'
// names that functions of tensors have too; those are in `ops`
export type { divideNoNan } from '@gradus/core'
export {
  activation,
  Callback,
  ConfigError,
  Constraint,
  clearSession,
  copyOf,
  DataError,
  DivergenceError,
  FormatError,
  firstMask,
  HostLayer,
  Initializer,
  initLayer,
  input,
  Layer,
  Loss,
  Metric,
  Optimizer,
  Registry,
  Regularizer,
  Schedule,
  setRandomSeed,
  statelessCall,
  useDTypePolicy,
} from '@gradus/core'
export * from '@gradus/data'
// the layer of this name is `layers.Pipeline`
export { normalize, Pipeline } from '@gradus/data'
export { type DownloadProgress, type GetFileOptions, getFile, getFileBytes } from '@gradus/datasets'
export type * from '@gradus/graph'
export type { trace } from '@gradus/graph'
export { type CompileOptions as GraphCompileOptions, check, compile, decorate, fallback, profile } from '@gradus/graph'
export type * from '@gradus/images'
export {
  arrayToImg,
  encodeImg,
  imageDatasetFromDirectory,
  loadImg,
  saveImg,
  smartResize,
  toPixels,
} from '@gradus/images'
export * from '@gradus/layers'
// the type of activation functions that has this name is in `@gradus/core`
export { Activation } from '@gradus/layers'
export type * from '@gradus/models'
// this `CompileOptions` is that of a model's `compile`
export type { CompileOptions } from '@gradus/models'
export {
  cloneModel,
  enableAdapters,
  fitDataFields,
  getSourceInputs,
  inferenceFunction,
  loadAdapters,
  mergeAdapters,
  plotModel,
  remat,
  saveAdapters,
} from '@gradus/models'
export * from '@gradus/optimizers'
export type * from '@gradus/tensor'
export {
  BackendError,
  findLeaks,
  hasBackend,
  memory,
  onBackend,
  operation,
  ShapeError,
  SymbolicTensor,
  setDefaultBackend,
  Tensor,
  TraceError,
  tidy,
  toBackend,
  treeForEach,
  treeLeaves,
  treeMap,
  useBackend,
} from '@gradus/tensor'
export { auto } from './auto.ts'
export * as callbacks from './callbacks.ts'
export * as constraints from './constraints.ts'
export * as datasets from './datasets.ts'
export * from './define-config.ts'
export * as distillation from './distillation.ts'
export { fromPixels, imgToArray } from './first-images.ts'
export { currentBackend, ones, Rng, tensor, zeros } from './first-tensors.ts'
export * as initializers from './initializers.ts'
export * as layers from './layers.ts'
export { fromSpec, loadModel, modelFromJson } from './load-model.ts'
export * as losses from './losses.ts'
export * as metrics from './metrics.ts'
export { Model } from './model.ts'
export type { NamesOf, StandardNames } from './names.ts'
export * as ops from './ops.ts'
export * as optimizers from './optimizers.ts'
export * as regularizers from './regularizers.ts'
export * as schedules from './schedules.ts'
export { Sequential } from './sequential.ts'
export { type StandardDefinition, standard } from './standard.ts'
export * as utils from './utils.ts'
