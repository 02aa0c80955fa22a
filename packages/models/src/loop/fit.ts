import { History } from '@gradus/callbacks'
import { type CallbackModel, completeConfig, DataError, type FitParams, type Logs } from '@gradus/core'
import {
  batchesIn,
  type ChunkSource,
  type DataArguments,
  type Opened,
  openChunks,
  openData,
  type ResidentOptions,
  residentLimit,
  sampleOf,
  splitValidation,
} from '../input/index.ts'
import type { Trainer } from '../step/index.ts'
import { EpochChunks } from './epoch-chunks.ts'
import { Evaluation } from './evaluate.ts'
import { type CompleteFitOptions, type FitOptions, fitFields } from './fit-options.ts'
import { Hooks, progressLoggers, verbosity } from './hooks.ts'
import { TimeSlice } from './time-slice.ts'
import { TrainRun } from './train-run.ts'

/** The model as the training loop sees it. */
export interface FittedModel extends CallbackModel {
  readonly stepsPerExecution: number
}

/** Trains. Implements `fit` of all models. */
export async function fit(
  trainer: Trainer,
  model: FittedModel,
  given: Pick<DataArguments, 'x' | 'y'>,
  fitOptions: FitOptions,
): Promise<History> {
  const options = completeConfig('fit', fitOptions, fitFields) as CompleteFitOptions
  const { epochs, initialEpoch, signal } = options
  signal?.throwIfAborted()
  const data = await openAll(trainer, given, options)
  const steps = trainer.stepsFor(sampleOf(data.train), data.train.ports)

  const verbose = verbosity(options.verbose)
  const params: FitParams = {
    epochs,
    steps: options.stepsPerEpoch ?? batchesIn(data.train, data.trainOptions),
    verbose,
  }
  const history = new History()
  const hooks = new Hooks([...options.callbacks, history, ...progressLoggers(verbose)], model, params)
  const slice = new TimeSlice()

  const done = trainer.occupy()
  model.stopTraining = false
  let logs: Logs = {}
  let run: TrainRun | undefined
  const open: ChunkSource[] = []
  try {
    const source = openChunks(data.train, data.trainOptions)
    open.push(source)
    const held = data.validation && openChunks(data.validation, data.validationOptions, residentLimit - source.bytes)
    if (held) open.push(held)
    const validation = held && new Evaluation(trainer, steps, held, slice)
    const chunks = new EpochChunks(source, options.stepsPerEpoch, initialEpoch)
    run = new TrainRun({ trainer, steps, chunks, slice, signal })
    await hooks.call('onTrainBegin')
    for (let epoch = initialEpoch; epoch < epochs; epoch++) {
      await hooks.call('onEpochBegin', { epoch })
      run.startEpoch(epoch)
      logs = await trainEpoch(run, hooks, model)
      if (validation && isDue(options.validationFreq, epoch)) {
        await hooks.call('onTestBegin', { epoch })
        const figures = await validation.run(hooks, options.validationSteps)
        for (const [key, value] of Object.entries(figures)) logs[`val_${key}`] = value
        await hooks.call('onTestEnd', { epoch, logs: figures })
      }
      await hooks.call('onEpochEnd', { epoch, logs })
      if (model.stopTraining) break
    }
  } finally {
    run?.close()
    for (const source of open) source.close()
    done()
  }
  await trainer.finish()
  await hooks.call('onTrainEnd', { logs })
  return history
}

/** The steps of one epoch with the hooks around them; its figures. */
async function trainEpoch(run: TrainRun, hooks: Hooks, model: FittedModel): Promise<Logs> {
  const { epoch } = run
  for (;;) {
    const oneByOne = hooks.has('onTrainBatchBegin', 'onTrainBatchEnd')
    const chunks = await run.take(oneByOne ? model.stepsPerExecution : undefined)
    if (chunks.length === 0) break
    if (hooks.has('onTrainBatchBegin'))
      await run.outside(() => hooks.call('onTrainBatchBegin', { epoch, step: run.step }))
    run.run(chunks)
    if (hooks.ended('onTrainBatchEnd')) {
      const logs = await run.figures()
      await run.outside(() => hooks.call('onTrainBatchEnd', { epoch, step: run.step - 1, logs }))
    }
    // who has ended training already may have seen a failure
    run.ignoresFailures = model.stopTraining
    await run.settle(oneByOne)
    if (model.stopTraining) break
  }
  const logs = await run.endEpoch()
  const { step } = run
  if (step > 0) await run.outside(() => hooks.catchUp('onTrainBatchEnd', { epoch, step: step - 1, logs: { ...logs } }))
  return logs
}

/** What to train and to validate on. */
interface FitData {
  readonly train: Opened
  readonly validation: Opened | undefined
  readonly trainOptions: ResidentOptions
  readonly validationOptions: ResidentOptions
}

async function openAll(
  trainer: Trainer,
  { x, y }: Pick<DataArguments, 'x' | 'y'>,
  options: CompleteFitOptions,
): Promise<FitData> {
  const { batchSize, shuffle, classWeight, sampleWeight, validationSplit, validationBatchSize } = options
  const trainOptions = { batchSize, shuffle, rng: () => trainer.shuffleRng, orders: trainer.orders }
  const validationOptions = { batchSize: validationBatchSize ?? batchSize }
  const train = await openData(trainer.model, { x, y, sampleWeight, classWeight })
  const validation = await openValidation(trainer, options)
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
  const { ports } = train
  return { ...whole, train: { ports, samples: split.train }, validation: { ports, samples: held } }
}

async function openValidation(trainer: Trainer, { validationData }: CompleteFitOptions): Promise<Opened | undefined> {
  if (!validationData) return undefined
  const [x, y, sampleWeight] = (Array.isArray(validationData) ? validationData : [validationData]) as readonly [
    DataArguments['x'],
    DataArguments['y']?,
    DataArguments['sampleWeight']?,
  ]
  const opened = await openData(trainer.model, { x, y, sampleWeight })
  trainer.stepsFor(sampleOf(opened), opened.ports)
  return opened
}

function isDue(frequency: number | readonly number[], epoch: number): boolean {
  return typeof frequency === 'number' ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1)
}
