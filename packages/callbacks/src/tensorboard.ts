import {
  Callback,
  type CallbackContext,
  type CallbackModel,
  type ConfigOf,
  type Kind,
  type Logs,
  type OptionsOf,
} from '@gradus/core'
import { EventWriter } from './event-writer.ts'
import { graphOf } from './model-graph.ts'
import { type EventFiles, machineEventFiles } from './platform-files.ts'
import { writeEmbeddings } from './projector.ts'
import { histogramValue, weightImageValue } from './summary-values.ts'

const fields = {
  /** The folder of the event files. */
  logDir: { type: 'string', default: 'logs' },
  /** Epochs between two histograms of the weights; 0 writes none. */
  histogramFreq: { type: 'integer', min: 0, default: 0 },
  /** Whether the graph of the layers is written, for models that are one. */
  writeGraph: { type: 'boolean', default: true },
  /** Whether weights are written as images, with their histograms. */
  writeImages: { type: 'boolean', default: false },
  /** Whether the number of steps per second is written. */
  writeStepsPerSecond: { type: 'boolean', default: false },
  /** `epoch`, `batch`, or the batches between two records of the figures of a batch. */
  updateFreq: { type: 'integer', min: 1, or: ['epoch', 'batch'], default: 'epoch' },
  /** 0: batches are not profiled. Use the profiler of Node or of the browser. */
  profileBatch: { oneOf: [0], default: 0 },
  /** Epochs between two records of the weights of `Embedding` layers, for the projector; 0 writes none. */
  embeddingsFreq: { type: 'integer', min: 0, default: 0 },
  /** The file with the labels of the rows, for all `Embedding` layers or by the name of the layer. Relative to `logDir`. */
  embeddingsMetadata: { type: ['string', 'unknown'] as ['string', Kind<Readonly<Record<string, string>>>] },
  /** Writes files (default the file system). */
  files: { type: 'unknown' as Kind<EventFiles>, default: machineEventFiles },
} as const

/** Options of `TensorBoard`. */
export interface TensorBoardConfig extends ConfigOf<typeof fields> {}

/** No call between the first batch and the end of an epoch. */
const rarely = 1e9

/**
 * Writes event files for TensorBoard (`tensorboard --logdir logs`), with the names of Keras: in the folder `train` figures of
 * epochs (`epoch_loss`) and the learning rate, with `updateFreq` figures of batches (`batch_loss`), with `histogramFreq` weights
 * (`dense/kernel/histogram`), and the graph of layers; in the folder `validation` figures of validation, for each epoch and as
 * `evaluation_loss_vs_iterations`. Steps are epochs from 0, or batches from 1 over all epochs. Unlike in Keras, a run that
 * continues has the steps that follow. Throws an error with the path and the reason if a file cannot be written.
 *
 * @example
 * import { TensorBoard } from '@gradus/callbacks'
 * const board = new TensorBoard({ logDir: 'logs/first', histogramFreq: 1, updateFreq: 100 })
 * board.options.writeGraph // => true
 */
export class TensorBoard extends Callback<TensorBoardConfig> {
  static readonly type = 'TensorBoard'
  static override readonly fields = fields
  /** The options that name files to write. */
  static readonly writes = { logDir: 'folder' } as const
  declare readonly options: OptionsOf<typeof fields>

  declare readonly batchCount?: number
  declare readonly batchInterval?: number
  private train: EventWriter
  private validation: EventWriter
  /** The last epoch of which a batch is known, the steps before it, and those until its last known batch. */
  private epoch = -1
  private stepsBefore = 0
  private steps = 0
  private epochBegan = 0
  private lastRecord = { time: 0, steps: 0 }

  constructor(config: TensorBoardConfig = {}) {
    super(config)
    const { updateFreq } = this.options
    if (updateFreq === 'epoch') this.batchInterval = rarely
    else this.batchCount = updateFreq === 'batch' ? 1 : updateFreq
    ;[this.train, this.validation] = this.newWriters()
  }

  override async onTrainBegin({ model }: CallbackContext): Promise<void> {
    ;[this.train, this.validation] = this.newWriters()
    this.epoch = -1
    this.steps = 0
    this.lastRecord = { time: performance.now(), steps: 0 }
    const graph = this.options.writeGraph ? graphOf(model) : undefined
    if (graph) await this.train.writeGraph(graph)
  }

  override onEpochBegin(context: CallbackContext): void {
    this.beginEpoch(context)
    this.epochBegan = performance.now()
    this.lastRecord = { time: this.epochBegan, steps: this.stepsBefore }
  }

  override async onTrainBatchEnd(context: CallbackContext): Promise<void> {
    this.beginEpoch(context)
    this.steps = this.stepsBefore + context.step + 1
    const { updateFreq, writeStepsPerSecond } = this.options
    if (updateFreq === 'epoch') return
    const figures = prefixed('batch_', context.logs)
    if (writeStepsPerSecond) {
      const { time, steps } = this.lastRecord
      this.lastRecord = { time: performance.now(), steps: this.steps }
      figures['batch_steps_per_second'] = perSecond(this.steps - steps, this.lastRecord.time - time)
    }
    await this.train.writeScalars(this.steps, figures)
  }

  override async onTestEnd({ epoch, logs, params }: CallbackContext): Promise<void> {
    const iterations = epoch >= 0 && params.steps !== undefined ? (epoch + 1) * params.steps : this.steps
    const named = Object.entries(logs).map(([name, value]) => [`evaluation_${name}_vs_iterations`, value])
    await this.validation.writeScalars(iterations, Object.fromEntries(named) as Logs)
  }

  override async onEpochEnd({ epoch, logs, model, params }: CallbackContext): Promise<void> {
    const isValidation = (name: string) => name.startsWith('val_')
    const pick = (wanted: boolean) =>
      Object.fromEntries(Object.entries(logs).filter(([name]) => isValidation(name) === wanted))
    const figures: Logs = { ...pick(false), ...learningRates(model) }
    if (this.options.writeStepsPerSecond) {
      const steps = params.steps ?? this.steps - this.stepsBefore
      figures['steps_per_second'] = perSecond(steps, performance.now() - this.epochBegan)
    }
    if (Object.keys(logs).length > 0) await this.train.writeScalars(epoch, prefixed('epoch_', figures))
    const validation = Object.entries(pick(true)).map(([name, value]) => [name.slice(4), value])
    await this.validation.writeScalars(epoch, prefixed('epoch_', Object.fromEntries(validation) as Logs))
    const { histogramFreq, embeddingsFreq } = this.options
    if (histogramFreq > 0 && epoch % histogramFreq === 0) await this.writeWeights(epoch, model)
    if (embeddingsFreq > 0 && epoch % embeddingsFreq === 0)
      await writeEmbeddings(this.options, await model.getWeights())
  }

  private async writeWeights(epoch: number, model: CallbackModel): Promise<void> {
    const values: Uint8Array[] = []
    for (const weight of await model.getWeights()) {
      const name = weight.path.replaceAll('.', '/')
      values.push(histogramValue(`${name}/histogram`, weight.data))
      const image = this.options.writeImages ? await weightImageValue(`${name}/image`, weight) : undefined
      if (image) values.push(image)
    }
    await this.train.write(epoch, values)
  }

  /** Notes the steps before an epoch when it begins. */
  private beginEpoch({ epoch, params }: CallbackContext): void {
    if (epoch === this.epoch) return
    this.epoch = epoch
    this.stepsBefore = params.steps === undefined ? this.steps : epoch * params.steps
  }

  private newWriters(): [EventWriter, EventWriter] {
    const { logDir, files } = this.options
    return [new EventWriter(`${logDir}/train`, files), new EventWriter(`${logDir}/validation`, files)]
  }
}

function prefixed(prefix: string, logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).map(([name, value]) => [`${prefix}${name}`, value]))
}

function perSecond(steps: number, milliseconds: number): number {
  return milliseconds > 0 ? (1000 * steps) / milliseconds : 0
}

/** The learning rate of the optimizer, or those of several by name. */
function learningRates(model: CallbackModel): Logs {
  const { optimizer, learningRateOf } = model as Partial<Optimizers>
  if (!optimizer || !learningRateOf || (optimizer as { readonly kind?: unknown }).kind === 'optimizer') {
    return { learning_rate: model.learningRate }
  }
  const names = Object.keys(optimizer)
  return Object.fromEntries(names.map((name) => [`learning_rate_${name}`, learningRateOf.call(model, name)]))
}

/** The part of a model with several optimizers. */
interface Optimizers {
  readonly optimizer: object
  learningRateOf(name: string): number
}
