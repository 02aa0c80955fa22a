import { History } from '@gradus/callbacks'
import {
  type ArrayData,
  type CallbackHooks,
  type CallbackModel,
  DataError,
  type Dataset,
  type FitParams,
  type Logs,
  type Named,
} from '@gradus/core'
import { arraySource, type BatchSource, type ClassWeight, type HostBatch, upload } from './batches.ts'
import { Hooks, progressLoggers, type Verbose, verbosity } from './callbacks.ts'
import { explainDivergence } from './divergence.ts'
import { EpochBatches } from './epoch-batches.ts'
import { evaluateSource } from './evaluate.ts'
import { Pace } from './pace.ts'
import { openSource, type SampleWeightData, splitValidation } from './sources.ts'
import type { Carry } from './steps.ts'
import { disposeTree, readScalars, type Training } from './training.ts'

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
  /** Ends training after the current batch; `fit` then rejects with the signal's reason and the model keeps what it learnt. */
  readonly signal?: AbortSignal
}

/** The model as the training loop sees it. */
export interface FitModel extends CallbackModel {
  readonly stepsPerExecution: number
}

/** Trains. Implements `fit` of all models. */
export async function fit(
  training: Training,
  model: FitModel,
  x: Named<ArrayData> | Dataset,
  y: Named<ArrayData> | undefined,
  options: FitOptions,
): Promise<History> {
  const { epochs = 1, initialEpoch = 0, signal } = options
  signal?.throwIfAborted()
  const { source, validation, first } = await openAll(training, x, y, options)
  const program = training.steppers(first)
  training.check(first)

  const verbose = verbosity(options.verbose)
  const params: FitParams = { epochs, steps: options.stepsPerEpoch ?? source.length, verbose }
  const history = new History()
  const hooks = new Hooks([...(options.callbacks ?? []), history, ...progressLoggers(verbose)], model, params)
  const batches = new EpochBatches(source, options.stepsPerEpoch, initialEpoch)
  const loop = new Loop(training, program, model, hooks, signal)

  const done = training.occupy()
  model.stopTraining = false
  let logs: Logs = {}
  try {
    await hooks.call('onTrainBegin')
    for (let epoch = initialEpoch; epoch < epochs; epoch++) {
      await hooks.call('onEpochBegin', { epoch })
      logs = await loop.epoch(epoch, batches)
      if (validation && isDue(options.validationFreq ?? 1, epoch)) {
        await hooks.call('onTestBegin', { epoch })
        const figures = await evaluateSource(training, validation, options.validationSteps, hooks)
        for (const [key, value] of Object.entries(figures)) logs[`val_${key}`] = value
        await hooks.call('onTestEnd', { epoch, logs: figures })
      }
      await hooks.call('onEpochEnd', { epoch, logs })
      if (model.stopTraining) break
    }
  } finally {
    loop.close()
    done()
  }
  training.finish()
  await hooks.call('onTrainEnd', { logs })
  return history
}

/** Runs the steps of epochs; holds what a step changes while it belongs to the steps. */
class Loop {
  private carry: Carry | undefined
  private frozen: ReturnType<Training['begin']>['frozen'] = {}
  private revision = -1
  private readonly pace = new Pace()
  private readonly key

  constructor(
    private readonly training: Training,
    private readonly program: ReturnType<Training['steppers']>,
    private readonly model: FitModel,
    private readonly hooks: Hooks,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.key = training.dropoutKey
  }

  async epoch(epoch: number, batches: EpochBatches): Promise<Logs> {
    const { hooks, model } = this
    this.open()
    const old = this.carry!.tracker
    this.carry = { ...this.carry!, tracker: this.program.objective.init() }
    disposeTree(old)
    let logs: Logs = {}
    let step = 0
    let last: readonly HostBatch[] | undefined
    for (;;) {
      const group = await batches.next(epoch, model.stepsPerExecution)
      if (group.length === 0) break
      await this.letIn('onTrainBatchBegin', { epoch, step })
      for (const batch of group) this.run(batch)
      last = group
      step += group.length
      if (hooks.has('onTrainBatchEnd')) {
        logs = await this.figures()
        await this.letIn('onTrainBatchEnd', { epoch, step: step - 1, logs })
      }
      await this.breathe(epoch, step - 1, group)
      if (model.stopTraining) break
    }
    if (last) await this.guard(epoch, step - 1, last)
    logs = await this.figures()
    this.training.commit(this.carry!)
    return logs
  }

  /** Hands over what was learnt, also when training ends early. */
  close(): void {
    if (!this.carry) return
    // what a callback set after the last step is newer than what the steps left
    if (this.revision === this.training.revision) this.training.commit(this.carry)
    disposeTree([this.carry.tracker, this.carry.step, this.carry.failedAt])
    this.carry = undefined
  }

  /** Calls a hook that may read and change the model: it sees what the steps learnt, and they go on with what it left. */
  private async letIn(...[name, at]: Parameters<Hooks['call']>): Promise<void> {
    if (!this.hooks.has(name)) return
    this.training.commit(this.carry!)
    await this.hooks.call(name, at)
    this.open()
  }

  private open(): void {
    const { training } = this
    if (this.carry && this.revision === training.revision) return
    const tracker = this.carry?.tracker
    const { carry, frozen } = training.begin(this.program.objective)
    if (this.carry) disposeTree([this.carry.step, this.carry.failedAt])
    if (tracker) disposeTree(carry.tracker)
    this.carry = tracker ? { ...carry, tracker } : carry
    this.frozen = frozen
    this.revision = training.revision
  }

  private run(batch: HostBatch): void {
    const device = upload(batch)
    this.carry = this.program.train(this.carry!, this.frozen, device, this.key)
    this.training.steps++
    disposeTree(device)
  }

  private figures(): Promise<Logs> {
    return readScalars(this.program.results(this.carry!.tracker))
  }

  /** Reads whether a step failed: every time where that costs nothing, else once per time slice. */
  private async breathe(epoch: number, step: number, group: readonly HostBatch[]): Promise<void> {
    const { due } = this.pace
    if (due || this.carry!.failedAt.storage.memory.readSync) await this.guard(epoch, step, group)
    if (due) await this.pace.rest()
    this.signal?.throwIfAborted()
  }

  /** Ends training where a step failed; `step` is the last one that was run, with the last batch of `group`. */
  private async guard(epoch: number, step: number, group: readonly HostBatch[]): Promise<void> {
    const { training, program } = this
    if (this.model.stopTraining) return
    const [failedAt] = await this.carry!.failedAt.data()
    if (failedAt! < 0) return
    training.commit(this.carry!)
    const behind = training.steps - 1 - failedAt!
    const batch = group.at(-1 - behind) ?? group[0]!
    throw await explainDivergence(training.network, program.objective, batch, { epoch, step: step - behind })
  }
}

/** What to train and to validate on, and the samples by which shapes are known. */
async function openAll(
  training: Training,
  x: Named<ArrayData> | Dataset,
  y: Named<ArrayData> | undefined,
  options: FitOptions,
): Promise<{ source: BatchSource; validation: BatchSource | undefined; first: HostBatch }> {
  const { batchSize = 32, shuffle = true, classWeight, sampleWeight, validationSplit, validationBatchSize } = options
  const opened = await openSource(training, { x, y, sampleWeight, classWeight })
  const validation = await openValidation(training, options)
  if (!opened.samples) {
    if (!validationSplit) return { ...opened, validation }
    throw new DataError(
      'validationSplit works for arrays, of which the last part can be held back. Give a dataset to validate on as validationData.',
    )
  }
  const rng = () => training.shuffleRng
  const whole = { source: arraySource(opened.samples, { batchSize, shuffle, rng }), validation, first: opened.samples }
  if (!validationSplit || validation) return whole
  const { train, held } = splitValidation(opened.samples, validationSplit)
  // class weights are for training only; there are no others beside them
  const unweighted = classWeight ? { ...held, weights: held.weights.map(() => undefined) } : held
  return {
    source: arraySource(train, { batchSize, shuffle, rng }),
    validation: arraySource(unweighted, { batchSize: validationBatchSize ?? batchSize }),
    first: train,
  }
}

async function openValidation(training: Training, options: FitOptions): Promise<BatchSource | undefined> {
  const { validationData, validationBatchSize, batchSize = 32 } = options
  if (!validationData) return undefined
  const listed = Array.isArray(validationData)
  const [x, y, sampleWeight] = listed
    ? (validationData as readonly [Named<ArrayData>, Named<ArrayData>, SampleWeightData?])
    : [validationData as Dataset]
  const opened = await openSource(training, { x, y, sampleWeight })
  training.check(opened.samples ?? opened.first)
  return opened.samples ? arraySource(opened.samples, { batchSize: validationBatchSize ?? batchSize }) : opened.source
}

function isDue(frequency: number | readonly number[], epoch: number): boolean {
  return typeof frequency === 'number' ? (epoch + 1) % frequency === 0 : frequency.includes(epoch + 1)
}
