export type { ClassWeight } from './batches.ts'
export type { CompileOptions, KnownNames, NoNames } from './compile-options.ts'
export { decodeModel, type ModelFile, type ModelHeader } from './files.ts'
export type { FitOptions, ValidationData } from './fit.ts'
export { fromSpec, type ModelClasses } from './from-spec.ts'
export type { LossFunction, MetricFunction } from './function-objectives.ts'
export { type FunctionalConfig, Model } from './functional.ts'
export { type LoadOptions, loadModel } from './load.ts'
export {
  type BatchOptions,
  type EvaluateOptions,
  ModelBase,
  type ModelConfig,
  type PredictOptions,
} from './model-base.ts'
export type { NameResolver } from './resolve.ts'
export { Sequential } from './sequential.ts'
export type { SummaryOptions } from './summary.ts'
export type { Variable } from './variables.ts'
export type { WeightLike } from './weights.ts'
