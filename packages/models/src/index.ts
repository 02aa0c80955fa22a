export type { WeightLike } from '@gradus/core'
export {
  FeatureDistillation,
  type FeatureDistillationConfig,
  LogitsDistillation,
  type LogitsDistillationConfig,
} from './distillation/distillation-loss.ts'
export { Distiller, type DistillerConfig } from './distillation/distiller.ts'
export type { ClassWeight, Port, Ports, SampleWeightData } from './input/index.ts'
export {
  type FitOptions,
  fitDataFields,
  type StepReport,
  type StepsOptions,
  type TrainSteps,
  type ValidationData,
  type Verbose,
} from './loop/index.ts'
export { type AdapterOptions, enableAdapters, loadAdapters, mergeAdapters, saveAdapters } from './model/adapters.ts'
export { type CloneOptions, cloneModel } from './model/clone.ts'
export type { FileOptions, LoadWeightsOptions, ReadFileOptions } from './model/files.ts'
export { fromSpec, type ModelClasses, modelFromJson } from './model/from-spec.ts'
export { type InferenceFunction, inferenceFunction } from './model/inference.ts'
export { type LoadOptions, loadModel, type ModelSource } from './model/load.ts'
export { Model } from './model/model.ts'
export type { FunctionalConfig, ModelConfig } from './model/model-graph.ts'
export { type PlotOptions, plotModel } from './model/plot.ts'
export type { QuantizedLayer, QuantizeMode, QuantizeOptions } from './model/quantize.ts'
export { remat } from './model/remat.ts'
export { Sequential } from './model/sequential.ts'
export type { SummaryOptions } from './model/summary.ts'
export type { BatchOptions, EvaluateOptions, PredictOptions } from './model/training-options.ts'
export { getSourceInputs } from './network/source-inputs.ts'
export type {
  CompileOptions,
  KnownNames,
  LossFunction,
  LossLike,
  MetricFunction,
  MetricLike,
  NameResolver,
  NoNames,
  PerOutput,
} from './objective/index.ts'
export type {
  Figures,
  LossArguments,
  LossGradients,
  ModelStep,
  OptimizerSet,
  StepBatch,
  TrainStep,
} from './step/index.ts'
