import {
  type ArrayData,
  type CallbackHooks,
  type Dataset,
  type InputData,
  isDataset,
  isPlainObject,
  type Named,
  type Optimizer,
} from '@gradus/core'
import type { ClassWeight, SampleWeightData } from '../input/index.ts'
import type { Verbose } from '../loop/index.ts'
import { type CompileOptions, type NameResolver, resolveOption } from '../objective/index.ts'
import type { OptimizerSet } from '../step/index.ts'

/** Options of `predict`. */
export interface PredictOptions {
  /** Samples per batch (default 32). Not for datasets, which make their own batches. */
  readonly batchSize?: number
  /** How much is printed (default 0). */
  readonly verbose?: Verbose
  /** The largest number of batches (default all). */
  readonly steps?: number
  readonly callbacks?: readonly CallbackHooks[]
}

/** Options of `evaluate`. */
export interface EvaluateOptions extends PredictOptions {
  /** How much is printed (default `auto`). */
  readonly verbose?: Verbose
  /** Weight of each sample in the loss and in the weighted metrics. */
  readonly sampleWeight?: SampleWeightData
}

/** Options of `trainOnBatch` and `testOnBatch`. */
export interface BatchOptions {
  /** Weight of each sample in the loss and in the weighted metrics. */
  readonly sampleWeight?: SampleWeightData
  /** Weight of each class in the loss, by label. Only for `trainOnBatch`. */
  readonly classWeight?: ClassWeight
}

/** Sorts the arguments of `fit` and `steps`: with a dataset, the second one is the options. */
export function fitArguments<O>(
  x: Named<InputData> | Dataset,
  y: Named<ArrayData> | O | undefined,
  options: O | undefined,
): { data: { x: typeof x; y: Named<ArrayData> | undefined }; options: O | undefined } {
  return isDataset(x)
    ? { data: { x, y: undefined }, options: y as O | undefined }
    : { data: { x, y: y as Named<ArrayData> | undefined }, options }
}

/** Resolves the option `optimizer`: one optimizer, or several by the names of the parts of the model that they train. */
export function resolveOptimizers(
  option: CompileOptions['optimizer'],
  registry: NameResolver | undefined,
): OptimizerSet {
  const resolve = (value: unknown, path: string) => resolveOption('optimizer', value, registry, path) as Optimizer
  const several = isPlainObject(option) && typeof option['optimizer'] !== 'string'
  if (!several) return resolve(option, 'compile: optimizer')
  return Object.fromEntries(
    Object.entries(option).map(([name, value]) => [name, resolve(value, `compile: optimizer.${name}`)]),
  )
}
