import { History } from '@gradus/callbacks'
import {
  type ArrayData,
  type CallbackHooks,
  DataError,
  type Dataset,
  type FitParams,
  type Logs,
  type Named,
} from '@gradus/core'
import type { ClassWeight } from './batches.ts'
import { Hooks, progressLoggers, type Verbose, verbosity } from './callbacks.ts'
import { EpochSteps } from './epoch-steps.ts'
import { Evaluation } from './evaluate.ts'
import { Pace } from './pace.ts'
import { batchesIn, openSteps, type ResidentOptions, residentLimit } from './resident-source.ts'
import { type Opened, openSource, type SampleWeightData, splitValidation } from './sources.ts'
import type { StepSource } from './step-source.ts'
import { type TrainedModel, TrainLoop } from './train-loop.ts'
import type { Training } from './training.ts'

/** Data to validate on: inputs and targets, perhaps weights, or a dataset. */
export type ValidationData =
  | Dataset
  | readonly [x: Named<ArrayData>, y: Named<ArrayData>, sampleWeight?: SampleWeightData]

/** Options of `fit`, with Keras's meaning and defaults. */
export interface FitOptions {
  /** Samples per update (default 32). Not for datasets, which make their own batches. */
  readonly batchSize?: number
  /** The number of the last epoch, counted from 1 (default 1). */
  readonly epochs?: number
  /** 0 silent, 1 a progress bar (the default), 2 a line per epoch. */
  readonly verbose?: Verbose
  readonly callbacks?: readonly CallbackHooks[]
  /** The last part of the samples, from 0 to 1, that is validated on instead of trained on. */
  readonly validationSplit?: number
  readonly validationData?: ValidationData
  /** Whether samples are put in another order each epoch (default true), or only within each batch. */
  readonly shuffle?: boolean | 'batch'
  /** Weight of each class in the loss, by label. */
  readonly classWeight?: ClassWeight
  /** Weight of each sample in the loss. */
  readonly sampleWeight?: SampleWeightData
  /** The epoch to start at (default 0), to go on with an earlier run. */
  readonly initialEpoch?: number
  /** Batches per epoch; the next epoch goes on where the last one ended. */
  readonly stepsPerEpoch?: number
  /** Batches to validate on. */
  readonly validationSteps?: number
  readonly validationBatchSize?: number
  /** Validate every so many epochs, or after the epochs listed (counted from 1). */
  readonly validationFreq?: number | readonly number[]
  /**
   * Ends training after the batches that run at the moment (25 ms at most, or one batch); `fit` then rejects with the signal's
   * reason and the model keeps what it learnt.
   */
  readonly signal?: AbortSignal
}

/** Trains. Implements `fit` of all models. */
export async function fit(
  training: Training,
  model: TrainedModel,
  x: Named<ArrayData> | Dataset,
  y: Named<ArrayData> | undefined,
  options: FitOptions,
): Promise<History> {
  const { epochs = 1, initialEpoch = 0, signal } = options
  signal?.throwIfAborted()
  const data = await openAll(training, x, y, options)
  const first = data.train.samples ?? data.train.first
  const program = training.steppers(first)
  training.check(first)

  const verbose = verbosity(options.verbose)
  const length = batchesIn(data.train, data.trainOptions)
  const params: FitParams = { epochs, steps: options.stepsPerEpoch ?? length, verbose }
  const history = new History()
  const hooks = new Hooks([...(options.callbacks ?? []), history, ...progressLoggers(verbose)], model, params)
  const pace = new Pace()
  const loop = new TrainLoop({ training, program, model, hooks, pace, signal })

  const done = training.occupy()
  model.stopTraining = false
  let logs: Logs = {}
  const open: StepSource[] = []
  try {
    const source = openSteps(data.train, data.trainOptions)
    open.push(source)
    const held = data.validation && openSteps(data.validation, data.validationOptions, residentLimit - source.bytes)
    if (held) open.push(held)
    const validation = held && new Evaluation(training, program, held, pace)
    const steps = new EpochSteps(source, options.stepsPerEpoch, initialEpoch)
    await hooks.call('onTrainBegin')
    for (let epoch = initialEpoch; epoch < epochs; epoch++) {
      await hooks.call('onEpochBegin', { epoch })
      logs = await loop.epoch(epoch, steps)
      if (validation && isDue(options.validationFreq ?? 1, epoch)) {
        await hooks.call('onTestBegin', { epoch })
        const figures = await validation.run(hooks, options.validationSteps)
        for (const [key, value] of Object.entries(figures)) logs[`val_${key}`] = value
        await hooks.call('onTestEnd', { epoch, logs: figures })
      }
      await hooks.call('onEpochEnd', { epoch, logs })
      if (model.stopTraining) break
    }
  } finally {
    loop.close()
    for (const source of open) source.close()
    done()
  }
  await training.finish()
  await hooks.call('onTrainEnd', { logs })
  return history
}

/** What to train and to validate on, and the samples by which shapes are known. */
interface FitData {
  readonly train: Opened
  readonly validation: Opened | undefined
  readonly trainOptions: ResidentOptions
  readonly validationOptions: ResidentOptions
}

async function openAll(
  training: Training,
  x: Named<ArrayData> | Dataset,
  y: Named<ArrayData> | undefined,
  options: FitOptions,
): Promise<FitData> {
  const { batchSize = 32, shuffle = true, classWeight, sampleWeight, validationSplit, validationBatchSize } = options
  const trainOptions = { batchSize, shuffle, rng: () => training.shuffleRng, orders: training.orders }
  const validationOptions = { batchSize: validationBatchSize ?? batchSize }
  const train = await openSource(training, { x, y, sampleWeight, classWeight })
  const validation = await openValidation(training, options)
  const whole = { train, validation, trainOptions, validationOptions }
  if (!validationSplit) return whole
  if (!train.samples) {
    throw new DataError(
      'validationSplit works for arrays, of which the last part can be held back. Give a dataset to validate on as validationData.',
    )
  }
  if (validation) return whole
  const split = splitValidation(train.samples, validationSplit)
  // class weights are for training only; there are no others beside them
  const held = classWeight ? { ...split.held, weights: split.held.weights.map(() => undefined) } : split.held
  return { ...whole, train: { samples: split.train }, validation: { samples: held } }
}

async function openValidation(training: Training, options: FitOptions): Promise<Opened | undefined> {
  const { validationData } = options
  if (!validationData) return undefined
  const listed = Array.isArray(validationData)
  const [x, y, sampleWeight] = listed
    ? (validationData as readonly [Named<ArrayData>, Named<ArrayData>, SampleWeightData?])
    : [validationData as Dataset]
  const opened = await openSource(training, { x, y, sampleWeight })
  training.check(opened.samples ?? opened.first)
  return opened
}

function isDue(frequency: number | readonly number[], epoch: number): boolean {
  return typeof frequency === 'number' ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1)
}
