import type { DType, Shape, TypedArray } from '@gradus/tensor'
import { Configured } from '../config/configured.ts'

/** Figures by name, such as `loss` and `val_accuracy`. Callbacks may add their own. */
export type Logs = Record<string, number>

/** The host value of one parameter. */
export interface WeightValue {
  /** Such as `dense/kernel`. */
  readonly path: string
  readonly shape: Shape
  readonly dtype: DType
  readonly trainable: boolean
  readonly data: TypedArray
}

/** What callbacks may do with the model in training. */
export interface CallbackModel {
  readonly name: string
  /** Set to true to end training after the current batch. */
  stopTraining: boolean
  /** The optimizer's rate. Setting it takes effect at the next step; with a schedule it throws. */
  learningRate: number
  getWeights(): Promise<WeightValue[]>
  setWeights(weights: readonly WeightValue[]): Promise<void>
  /** Writes the model, optimizer state included, to a file; atomically. */
  save(path: string): Promise<void>
  /** Writes the weights only. */
  saveWeights(path: string): Promise<void>
  /** Whether a larger value of the log key is better; undefined for a key that no compiled metric or loss has. */
  metricDirection(key: string): 'up' | 'down' | undefined
}

/** What every hook is given. */
export interface CallbackContext {
  readonly model: CallbackModel
  /** Epoch from 0; -1 outside of epochs. */
  readonly epoch: number
  /** Batch from 0 within the epoch; -1 outside of batches. */
  readonly step: number
  /** Figures so far; empty where there are none. */
  readonly logs: Logs
  readonly params: FitParams
}

/** How `fit`, `evaluate` or `predict` was called. */
export interface FitParams {
  readonly epochs: number
  /** Batches per epoch, where known. */
  readonly steps: number | undefined
  readonly verbose: 0 | 1 | 2
}

/** What a hook returns; a promise is waited for before training goes on. */
export type HookResult = void | Promise<void>

/** Functions called during training, evaluation and prediction, all optional. A plain object will do. */
export interface CallbackHooks {
  onTrainBegin?(context: CallbackContext): HookResult
  onTrainEnd?(context: CallbackContext): HookResult
  onEpochBegin?(context: CallbackContext): HookResult
  onEpochEnd?(context: CallbackContext): HookResult
  /** Having this hook means that batches run one by one (or `stepsPerExecution` at once). */
  onTrainBatchBegin?(context: CallbackContext): HookResult
  /**
   * Having this hook means that batches run one by one (or `stepsPerExecution` at once), and that figures are read from the
   * device after each. With `batchInterval` neither is so.
   */
  onTrainBatchEnd?(context: CallbackContext): HookResult
  onTestBegin?(context: CallbackContext): HookResult
  onTestEnd?(context: CallbackContext): HookResult
  onTestBatchBegin?(context: CallbackContext): HookResult
  onTestBatchEnd?(context: CallbackContext): HookResult
  onPredictBegin?(context: CallbackContext): HookResult
  onPredictEnd?(context: CallbackContext): HookResult
  onPredictBatchBegin?(context: CallbackContext): HookResult
  onPredictBatchEnd?(context: CallbackContext): HookResult
  /**
   * Milliseconds that pass at least between two calls of the hooks at the end of batches; batches in between are passed
   * over, except the last one of an epoch. For showing progress, which need not slow training down. Default: every batch.
   */
  readonly batchInterval?: number
  /** What must be saved for an exact resume: plain JSON-like data. */
  state?(): unknown
  /** Takes back what `state` gave. Called before `onTrainBegin` of the run that goes on, which then starts nothing anew. */
  restore?(state: unknown): void
}

/** The base of callbacks with a name and a config. It has the hooks of `CallbackHooks`; override those you need. */
export abstract class Callback<C extends object = object> extends Configured<'callback', C> implements CallbackHooks {
  static readonly kind = 'callback'

  onTrainBegin?(context: CallbackContext): HookResult
  onTrainEnd?(context: CallbackContext): HookResult
  onEpochBegin?(context: CallbackContext): HookResult
  onEpochEnd?(context: CallbackContext): HookResult
  onTrainBatchBegin?(context: CallbackContext): HookResult
  onTrainBatchEnd?(context: CallbackContext): HookResult
  onTestBegin?(context: CallbackContext): HookResult
  onTestEnd?(context: CallbackContext): HookResult
  onTestBatchBegin?(context: CallbackContext): HookResult
  onTestBatchEnd?(context: CallbackContext): HookResult
  onPredictBegin?(context: CallbackContext): HookResult
  onPredictEnd?(context: CallbackContext): HookResult
  onPredictBatchBegin?(context: CallbackContext): HookResult
  onPredictBatchEnd?(context: CallbackContext): HookResult
  declare readonly batchInterval?: number
  state?(): unknown
  restore?(state: unknown): void
}
