import {
  type ArrayData,
  type CallbackHooks,
  ConfigError,
  type ConfigOf,
  type DatasetLike,
  describeValue,
  type FitState,
  joinFields,
  type Kind,
  type Named,
  type OptionsOf,
} from '@gradus/core'
import type { SampleWeightData } from '../input/index.ts'

/** Validation data: inputs, targets and optional weights, or a dataset. */
export type ValidationData =
  | DatasetLike
  | readonly [x: Named<ArrayData>, y: Named<ArrayData>, sampleWeight?: SampleWeightData]

/** The options of `fit` that are plain data, for configuration files. Meanings and defaults are Keras's. */
export const fitDataFields = {
  /** Samples per batch. Not for datasets, which make their own batches. */
  batchSize: { type: 'integer', min: 1, default: 32 },
  /** The number of the last epoch, counted from 1. */
  epochs: { type: 'integer', min: 0, default: 1 },
  /** 0 silent, 1 a progress bar, 2 a line per epoch; `auto` is 1. */
  verbose: { oneOf: ['auto', 0, 1, 2], default: 'auto' },
  /** The fraction of the samples, 0 to 1, that is used for validation and not for training: the last ones. */
  validationSplit: { type: 'number', min: 0, max: 1 },
  /** Whether samples are shuffled before each epoch; `batch` shuffles only within each batch. */
  shuffle: { oneOf: [true, false, 'batch'], default: true },
  /** Weight of each class in the loss, by label. */
  classWeight: 'numbersByName',
  /** Batches per epoch. The next epoch continues after the last batch. */
  stepsPerEpoch: { type: 'integer', min: 1 },
  /** Batches per validation (default all). */
  validationSteps: { type: 'integer', min: 1 },
  /** Samples per batch of validation (default `batchSize`). */
  validationBatchSize: { type: 'integer', min: 1 },
  /** Epochs between two validations, or a list of the epochs (from 1) after which to validate. */
  validationFreq: { type: ['integer', 'numbers'], min: 1, default: 1 },
} as const

/** All options of `fit`. */
export const fitFields = /* @__PURE__ */ joinFields(fitDataFields, {
  /** Called in order, before the history and the progress bar. */
  callbacks: { type: 'unknown' as Kind<readonly CallbackHooks[]>, default: [] },
  /** The epoch to start at, from 0, to continue an earlier run. */
  initialEpoch: { type: 'integer', min: 0, default: 0 },
  /** A state that a callback has saved with `progress.checkpoint`: `fit` continues there. The model must be that of the moment. */
  resumeFrom: { type: 'unknown' as Kind<FitState> },
  /** Weight of each sample in the loss. */
  sampleWeight: { type: 'unknown' as Kind<SampleWeightData> },
  /** Data to validate on after each epoch. */
  validationData: { type: 'unknown' as Kind<ValidationData> },
  /**
   * Aborts training after the steps that are running (25 ms at most, or one batch). `fit` then rejects with the signal's reason,
   * and the model keeps its current weights.
   */
  signal: { type: 'unknown' as Kind<AbortSignal> },
} as const)

/** Options of `fit`. */
export interface FitOptions extends ConfigOf<typeof fitFields> {}

/** Options of `fit` with their defaults. */
export type CompleteFitOptions = OptionsOf<typeof fitFields>

/** Throws `ConfigError` for a signal that is none. */
export function requireSignal(method: string, signal: unknown): void {
  if (signal === undefined || typeof (signal as Partial<AbortSignal> | null)?.throwIfAborted === 'function') return
  throw new ConfigError(
    `${method}: 'signal' must be the signal of an AbortController, as in { signal: controller.signal }, and is ${describeValue(signal)}.`,
  )
}
