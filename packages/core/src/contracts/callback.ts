import type { DType, Shape, TypedArray } from '@gradus/tensor'
import { Configured } from '../config/configured.ts'

/** Figures by name, such as `loss` and `val_accuracy`. Callbacks may add their own. */
export type Logs = Record<string, number>

/** One parameter with its values on the host. */
export interface WeightValue {
  /** The path of the parameter, such as `dense/kernel`. */
  readonly path: string
  readonly shape: Shape
  readonly dtype: DType
  readonly trainable: boolean
  readonly data: TypedArray
}

/**
 * The place of a run of `fit` in its data, the figures of the epoch so far and the states of the callbacks, as JSON-compatible
 * data. With the model file of the same moment a run continues exactly there.
 */
export interface FitState {
  /** The epoch, from 0. */
  readonly epoch: number
  /** Steps of the epoch that have run. */
  readonly step: number
  /** The pass over the data, from 0, and the number of its batches that have been used. */
  readonly pass: number
  readonly batches: number
  /** The positions of datasets that have `state` and `restore`. */
  readonly dataset?: unknown
  readonly validationDataset?: unknown
  /** The sums of losses and metrics in the epoch. */
  readonly figures: readonly (readonly (number | string)[])[]
  /** The results of `state` of the callbacks that have it, in order. */
  readonly callbacks: readonly unknown[]
  /** Whether a callback has stopped the training. */
  readonly stopped?: boolean
}

/** A run of `fit`, for callbacks that save it. */
export interface FitProgress {
  /**
   * Calls `save` when the other callbacks have been called, with the state of the run; `fit` waits for it. In `onEpochEnd` the
   * state is the beginning of the next epoch. If `save` throws, `fit` ends with the error.
   */
  checkpoint(save: (state: FitState) => HookResult): void
}

/** The interface of the model for callbacks. */
export interface CallbackModel {
  readonly name: string
  /** Set to true to end training after the current batch. */
  stopTraining: boolean
  /** The optimizer's learning rate. Setting it takes effect at the next step and throws if the rate is a schedule. */
  learningRate: number
  getWeights(): Promise<WeightValue[]>
  setWeights(weights: readonly WeightValue[]): Promise<void>
  /** Writes the model with the optimizer's state, and the state of a run of `fit`, to a file, atomically. */
  save(path: string, options?: { readonly fit?: FitState }): Promise<void>
  /** Restores weights, optimizer and random numbers from a file of `save`. Returns the state of `fit` in it. */
  restore(path: string): Promise<FitState | undefined>
  /** Writes the weights only. */
  saveWeights(path: string): Promise<void>
  /** Throws for a path in the format of which no model can be saved. */
  checkPath?(path: string): Promise<void>
  /**
   * Gives the model the moving averages of its trainable parameters, or with false the parameters again. Returns false if no
   * optimizer has moving averages.
   */
  useAverages(used: boolean): boolean
  /** Whether a larger value of the log key is better; undefined for a key that no compiled metric or loss has. */
  metricDirection(key: string): 'up' | 'down' | undefined
}

/** The argument of every hook. */
export interface CallbackContext {
  readonly model: CallbackModel
  /** Epoch from 0; -1 outside of epochs. */
  readonly epoch: number
  /** Batch from 0 within the epoch; -1 outside of batches. */
  readonly step: number
  /** Figures so far; empty where there are none. */
  readonly logs: Logs
  readonly params: FitParams
  /** The run; undefined outside of `fit`. */
  readonly progress?: FitProgress
}

/** The parameters of the call of `fit`, `evaluate` or `predict`. */
export interface FitParams {
  readonly epochs: number
  /** Batches per epoch, if known. */
  readonly steps: number | undefined
  readonly verbose: 0 | 1 | 2
  /** Whether `fit` validates, now or after later epochs. Undefined in `evaluate` and `predict`. */
  readonly validation?: boolean
}

/** The result of a hook. A promise is awaited before training continues. */
export type HookResult = void | Promise<void>

/** Functions called during training, evaluation and prediction. All are optional; a plain object may implement them. */
export interface CallbackHooks {
  /**
   * Called before the other hooks of `fit`. A callback that restores the model from a file returns the state in it, at which
   * `fit` then continues.
   */
  onResume?(context: CallbackContext): FitState | undefined | Promise<FitState | undefined>
  onTrainBegin?(context: CallbackContext): HookResult
  onTrainEnd?(context: CallbackContext): HookResult
  onEpochBegin?(context: CallbackContext): HookResult
  onEpochEnd?(context: CallbackContext): HookResult
  /** With this hook batches run one by one, or `stepsPerExecution` at once. */
  onTrainBatchBegin?(context: CallbackContext): HookResult
  /**
   * With this hook batches run one by one, or `stepsPerExecution` at once, and figures are read from the device after each of
   * these runs; unless `batchInterval` is set.
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
   * The least time, in milliseconds, between two calls of the hooks at the end of batches. Batches in between are skipped,
   * except the last one of an epoch. For progress displays, which should not slow training down. Default: every batch.
   */
  readonly batchInterval?: number
  /** The number of steps between two calls of `onTrainBatchEnd`; these steps run at once. Default: 1. */
  readonly batchCount?: number
  /** The state to save for an exact resume, as JSON-compatible data. */
  state?(): unknown
  /** Restores the result of `state`. Called before `onTrainBegin` of a resumed run, which must then keep that state. */
  restore?(state: unknown): void
}

/**
 * The base class of callbacks with a name and a config. It has the hooks of `CallbackHooks`; override the ones that you need. Each
 * gets one object, `{ epoch, step, logs, model, params }`. `fit`, `evaluate` and `predict` also set `this.model` and `this.params`.
 *
 * @example
 * import { Callback } from '@gradus/core'
 * class StopAt extends Callback {
 *   static type = 'acme/StopAt'
 *   static fields = { loss: 'number' }
 *   onEpochEnd({ model, logs }) {
 *     if (logs.loss < this.options.loss) model.stopTraining = true
 *   }
 * }
 * new StopAt({ loss: 0.1 }).toSpec() // => { callback: 'acme/StopAt', loss: 0.1 }
 * @example
 * import { Callback } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * import { Sequential } from '@gradus/models'
 * import { SGD } from '@gradus/optimizers'
 * import { MeanSquaredError } from '@gradus/losses'
 * class Halving extends Callback {
 *   rates = []
 *   onEpochBegin() {
 *     this.rates.push(this.model.learningRate)
 *   }
 *   onEpochEnd({ epoch, logs }) {
 *     if (epoch + 1 < this.params.epochs && logs.loss > 0) this.model.learningRate /= 2
 *   }
 * }
 * const halving = new Halving()
 * const model = new Sequential([new Dense({ units: 1, inputShape: [1] })])
 * model.compile({ optimizer: new SGD({ learningRate: 0.5 }), loss: new MeanSquaredError() })
 * await model.fit([[1], [2]], [3, 5], { epochs: 3, callbacks: [halving], verbose: 0 })
 * halving.rates // => [0.5, 0.25, 0.125]
 */
export abstract class Callback<C extends object = object> extends Configured<'callback', C> implements CallbackHooks {
  static readonly kind = 'callback'

  /** The model that runs. Undefined before the first call of `fit`, `evaluate` or `predict` with the callback. */
  declare readonly model: CallbackModel
  /** The parameters of that call. */
  declare readonly params: FitParams

  onResume?(context: CallbackContext): FitState | undefined | Promise<FitState | undefined>
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
  declare readonly batchCount?: number
  state?(): unknown
  restore?(state: unknown): void
}
