import { History } from '@gradus/callbacks'
import {
  asDataset,
  type CallbackHooks,
  type CallbackModel,
  completeConfig,
  DataError,
  describeValue,
  type FitParams,
  isDataset,
  type Logs,
} from '@gradus/core'
import { currentBackend, onBackend, ShapeError } from '@gradus/tensor'
import {
  batchesIn,
  type ChunkSource,
  type DataArguments,
  exampleBatch,
  type OpenedData,
  openChunks,
  openData,
  type ResidentOptions,
  residentLimit,
  splitValidation,
} from '../input/index.ts'
import type { Trainer } from '../step/index.ts'
import { callbacksIn } from './callback-list.ts'
import { requireFiniteVariables } from './divergence.ts'
import { EpochChunks } from './epoch-chunks.ts'
import { Evaluation } from './evaluate.ts'
import { type CompleteFitOptions, type FitOptions, fitFields, requireSignal } from './fit-options.ts'
import { requireBatches } from './fit-place.ts'
import { Hooks, progressLoggers, verbosity } from './hooks.ts'
import { TimeSlice } from './time-slice.ts'
import { TrainRun } from './train-run.ts'

/** The part of a model that `fit` uses. */
export interface FittedModel extends CallbackModel {
  readonly stepsPerExecution: number
}

/** Trains a model: the implementation of its method `fit`. The run stays on the backend that is current when it begins. */
export async function fit(
  trainer: Trainer,
  model: FittedModel,
  given: Pick<DataArguments, 'x' | 'y'>,
  fitOptions: FitOptions,
): Promise<History> {
  const options = completeConfig('fit', fitOptions, fitFields) as CompleteFitOptions
  requireSignal('fit', options.signal)
  options.signal?.throwIfAborted()
  const history = new History()
  const verbose = verbosity(options.verbose)
  const callbacks = [...callbacksIn(options.callbacks), history, ...progressLoggers(verbose)]
  const release = trainer.acquire(currentBackend())
  let end: () => Promise<void>
  try {
    const data = await openAll(trainer, given, options, fitOptions)
    end = await trainOn(data, { trainer, model, options, callbacks, verbose })
  } finally {
    release()
  }
  await end()
  return history
}

/** The arguments of `trainOn` beside the data. */
interface FitSetup {
  readonly trainer: Trainer
  readonly model: FittedModel
  readonly options: CompleteFitOptions
  readonly callbacks: readonly CallbackHooks[]
  readonly verbose: FitParams['verbose']
}

/** Runs the epochs. Returns the function that tells the callbacks of the end of training. */
async function trainOn(
  data: FitData,
  { trainer, model, options, callbacks, verbose }: FitSetup,
): Promise<() => Promise<void>> {
  const { epochs, initialEpoch, signal } = options
  const { backend } = data.train
  const steps = onBackend(backend, () => trainer.stepsFor(exampleBatch(data.train), data.train.ports))
  const batches = batchesIn(data.train, data.trainOptions)
  const params: FitParams = {
    epochs,
    steps: options.stepsPerEpoch ?? batches,
    verbose,
    validation: data.validation !== undefined,
  }
  let run: TrainRun | undefined
  let source: ChunkSource | undefined
  let validationSource: ChunkSource | undefined
  const hooks = new Hooks(callbacks, model, params, async () => ({
    ...(await run!.place()),
    dataset: source?.state?.(),
    validationDataset: validationSource?.state?.(),
  }))
  const slice = new TimeSlice()

  let logs: Logs = {}
  try {
    let place = await hooks.resume(options.resumeFrom)
    if (place) requireBatches('fit', place, batches)
    model.stopTraining = place?.stopped ?? false
    source = openChunks(data.train, data.trainOptions)
    validationSource =
      data.validation && openChunks(data.validation, data.validationOptions, residentLimit - source.bytes)
    await source.restore?.(place?.dataset)
    await validationSource?.restore?.(place?.validationDataset)
    const validation = validationSource && new Evaluation(trainer, steps, validationSource, backend, slice)
    const chunks = new EpochChunks(source, options.stepsPerEpoch, initialEpoch)
    run = new TrainRun({ trainer, steps, chunks, backend, slice, signal })
    await hooks.call('onTrainBegin')
    for (let epoch = place?.epoch ?? initialEpoch; epoch < epochs; epoch++) {
      // a run that continues within an epoch has begun it
      const within = place !== undefined && place.step > 0
      if (!within && model.stopTraining) break
      if (!within) await hooks.call('onEpochBegin', { epoch })
      await trainer.access.close()
      run.startEpoch(epoch)
      if (place) run.resume(place)
      place = undefined
      logs = await trainEpoch(run, hooks, model)
      trainer.access.open()
      if (validation && isDue(options.validationFreq, epoch)) {
        await hooks.call('onTestBegin', { epoch })
        const figures = await validation.run(hooks, options.validationSteps)
        for (const [key, value] of Object.entries(figures)) logs[`val_${key}`] = value
        await hooks.call('onTestEnd', { epoch, logs: figures })
      }
      run.epochEnded = true
      await hooks.call('onEpochEnd', { epoch, logs })
      if (model.stopTraining) break
    }
    if (!run.ignoresFailures) await requireFiniteVariables(trainer, run)
    run.close()
    await trainer.finish()
  } finally {
    run?.close()
    source?.close()
    validationSource?.close()
  }
  return () => hooks.call('onTrainEnd', { logs })
}

/** Runs the steps of one epoch, with the hooks around them, and returns its figures. */
async function trainEpoch(run: TrainRun, hooks: Hooks, model: FittedModel): Promise<Logs> {
  const { epoch } = run
  // training that was stopped before it was saved goes on after the steps
  let stopped = model.stopTraining && run.step > 0
  while (!stopped) {
    const oneByOne = hooks.has('onTrainBatchBegin', 'onTrainBatchEnd')
    const chunks = await run.take(oneByOne ? model.stepsPerExecution : undefined, hooks.stepsLeft)
    if (chunks.length === 0) break
    const before = run.step
    if (hooks.has('onTrainBatchBegin'))
      await run.withModel(() => hooks.call('onTrainBatchBegin', { epoch, step: run.step }))
    run.run(chunks)
    if (hooks.batchEnded('onTrainBatchEnd', run.step - before)) {
      const logs = await run.figures()
      await run.withModel(() => hooks.call('onTrainBatchEnd', { epoch, step: run.step - 1, logs }))
    }
    // a callback that has stopped training may have done so because of the failure
    run.ignoresFailures = model.stopTraining
    await run.afterSteps(oneByOne)
    stopped = model.stopTraining
  }
  const logs = await run.endEpoch()
  const { step } = run
  if (step > 0)
    await run.withModel(() => hooks.callSkipped('onTrainBatchEnd', { epoch, step: step - 1, logs: { ...logs } }))
  return logs
}

/** The data to train on and to validate on, with the options of their batches. */
interface FitData {
  readonly train: OpenedData
  readonly validation: OpenedData | undefined
  readonly trainOptions: ResidentOptions
  readonly validationOptions: ResidentOptions
}

async function openAll(
  trainer: Trainer,
  { x, y }: Pick<DataArguments, 'x' | 'y'>,
  options: CompleteFitOptions,
  given: FitOptions,
): Promise<FitData> {
  const { batchSize, shuffle, classWeight, sampleWeight, validationSplit, validationBatchSize } = options
  const train = await openData(trainer.model, { x, y, sampleWeight, classWeight })
  const check = trainer.labelCheck(train.ports)
  const trainOptions = { batchSize, shuffle, rng: () => trainer.shuffleRng, orders: trainer.orders, check }
  const validationOptions = { batchSize: validationBatchSize ?? batchSize, check }
  const validation = await openValidation(trainer, options)
  const whole = { train, validation, trainOptions, validationOptions }
  if (!train.samples && typeof given.batchSize === 'number') {
    throw new DataError(
      `A dataset makes its own batches, and batchSize is ${given.batchSize}. Leave it out, and batch the samples with dataset.batch(${given.batchSize}).`,
    )
  }
  if (!validationSplit) return whole
  if (!train.samples) {
    throw new DataError('validationSplit works for arrays only. Give a second dataset as validationData.')
  }
  if (validation) return whole
  const split = splitValidation(train.samples, validationSplit)
  // class weights are for training only, and they exclude sample weights
  const weights = classWeight ? split.validation.weights.map(() => undefined) : split.validation.weights
  const { ports, backend } = train
  return {
    ...whole,
    train: { ports, backend, samples: split.train },
    validation: { ports, backend, samples: { ...split.validation, weights } },
  }
}

async function openValidation(
  trainer: Trainer,
  { validationData: given }: CompleteFitOptions,
): Promise<OpenedData | undefined> {
  if (!given) return undefined
  const validationData = asDataset(given)
  const isList = Array.isArray(validationData) && (validationData.length === 2 || validationData.length === 3)
  if (!isList && !isDataset(validationData)) {
    throw new DataError(
      `validationData is ${describeValue(validationData)}; expected [x, y], [x, y, sampleWeight] or a dataset of batches.`,
    )
  }
  const [x, y, sampleWeight] = (isList ? validationData : [validationData]) as readonly [
    DataArguments['x'],
    DataArguments['y']?,
    DataArguments['sampleWeight']?,
  ]
  try {
    const opened = await openData(trainer.model, { x, y, sampleWeight })
    onBackend(opened.backend, () => trainer.stepsFor(exampleBatch(opened), opened.ports))
    return opened
  } catch (error) {
    if (error instanceof DataError || error instanceof ShapeError) error.message = `validationData: ${error.message}`
    throw error
  }
}

function isDue(frequency: number | readonly number[], epoch: number): boolean {
  return typeof frequency === 'number' ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1)
}
