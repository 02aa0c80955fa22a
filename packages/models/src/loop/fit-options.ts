import {
  type ArrayData,
  type CallbackHooks,
  type ConfigOf,
  type Dataset,
  joinFields,
  type Kind,
  type Named,
  type OptionsOf,
} from '@gradus/core'
import type { SampleWeightData } from '../input/index.ts'

/** Data to validate on: inputs and targets, perhaps weights, or a dataset. */
export type ValidationData =
  | Dataset
  | readonly [x: Named<ArrayData>, y: Named<ArrayData>, sampleWeight?: SampleWeightData]

/** The options of `fit` that survive JSON, with Keras's meaning and defaults: those that a configuration file may hold. */
export const fitDataFields = {
  /** Samples per update. Not for datasets, which make their own batches. */
  batchSize: { type: 'integer', min: 1, default: 32 },
  /** The number of the last epoch, counted from 1. */
  epochs: { type: 'integer', min: 0, default: 1 },
  /** 0 silent, 1 a progress bar, 2 a line per epoch; `auto` is 1. */
  verbose: { oneOf: ['auto', 0, 1, 2], default: 'auto' },
  /** The last part of the samples, from 0 to 1, that is validated on instead of trained on. */
  validationSplit: { type: 'number', min: 0, max: 1 },
  /** Whether samples are put in another order each epoch, or only within each batch. */
  shuffle: { oneOf: [true, false, 'batch'], default: true },
  /** Weight of each class in the loss, by label. */
  classWeight: 'numbersByName',
  /** Batches per epoch; the next epoch goes on where the last one ended. */
  stepsPerEpoch: { type: 'integer', min: 1 },
  /** Batches to validate on. */
  validationSteps: { type: 'integer', min: 1 },
  /** Samples per batch of the validation (default `batchSize`). */
  validationBatchSize: { type: 'integer', min: 1 },
  /** Validate each time after this many epochs, or after the epochs listed (counted from 1). */
  validationFreq: { type: ['integer', 'numbers'], min: 1, default: 1 },
} as const

/** All options of `fit`. */
export const fitFields = /* @__PURE__ */ joinFields(fitDataFields, {
  callbacks: { type: 'unknown' as Kind<readonly CallbackHooks[]>, default: [] },
  /** The epoch to start at, counted from 0, to go on with an earlier run. */
  initialEpoch: { type: 'integer', min: 0, default: 0 },
  /** Weight of each sample in the loss. */
  sampleWeight: { type: 'unknown' as Kind<SampleWeightData> },
  validationData: { type: 'unknown' as Kind<ValidationData> },
  /**
   * Ends training after the batches that run at the moment (25 ms at most, or one batch); `fit` then rejects with the signal's
   * reason and the model keeps what it learnt.
   */
  signal: { type: 'unknown' as Kind<AbortSignal> },
} as const)

/** Options of `fit`. */
export interface FitOptions extends ConfigOf<typeof fitFields> {}

/** Options of `fit` with their defaults. */
export type CompleteFitOptions = OptionsOf<typeof fitFields>
