import {
  ConfigError,
  type ConfigOf,
  completeConfig,
  joinFields,
  type Logs,
  type OptionsOf,
  pickFields,
} from '@gradus/core'
import { type Chunk, type ChunkSource, type DataArguments, exampleBatch, openChunks, openData } from '../input/index.ts'
import type { Trainer } from '../step/index.ts'
import { EpochChunks } from './epoch-chunks.ts'
import { fitFields } from './fit-options.ts'
import { TrainRun } from './train-run.ts'

/** The options of `fit` for training, and how often the loop reports. */
const stepsFields = /* @__PURE__ */ joinFields(
  /* @__PURE__ */ pickFields(
    fitFields,
    'batchSize',
    'epochs',
    'shuffle',
    'classWeight',
    'initialEpoch',
    'stepsPerEpoch',
    'sampleWeight',
    'signal',
  ),
  {
    /** Steps per iteration of the loop. By default an iteration takes about 25 milliseconds. */
    every: { type: 'integer', min: 1 },
  } as const,
)

/** Options of `steps`. */
export interface StepsOptions extends ConfigOf<typeof stepsFields> {}

/** The value of one iteration of a loop over `model.steps(...)`. */
export interface StepReport {
  /** The epoch, from 0. */
  readonly epoch: number
  /** Steps of the epoch so far. */
  readonly step: number
  /** Steps since the last report. */
  readonly count: number
  /** Whether these were the last steps of the epoch. */
  readonly endsEpoch: boolean
  /** Reads the figures of the epoch so far. Call it before the next iteration; throws `ConfigError` after that. */
  figures(): Promise<Logs>
}

/**
 * Training as a loop: each iteration runs steps, as fast as `fit`, and reports. Between two iterations the model may be read and
 * changed. After `break`, iterating over the same object again continues training.
 *
 * @example
 * import { Dense } from '@gradus/layers'
 * import { MeanSquaredError } from '@gradus/losses'
 * import { Sequential } from '@gradus/models'
 * import { SGD } from '@gradus/optimizers'
 * const model = new Sequential([new Dense({ units: 1 })])
 * model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
 * const seen = []
 * const steps = model.steps([[0], [1]], [1, 3], { epochs: 2, batchSize: 1, every: 1 })
 * for await (const { epoch, step } of steps) seen.push([epoch, step])
 * seen // => [[0, 1], [0, 2], [1, 1], [1, 2]]
 */
export class TrainSteps implements AsyncIterable<StepReport> {
  private readonly options: OptionsOf<typeof stepsFields>
  private run: TrainRun | undefined
  private source: ChunkSource | undefined
  private release: (() => void) | undefined
  /** The steps of the next iteration; empty at the end of an epoch. */
  private upcoming: readonly Chunk[] | undefined
  private ended = false

  constructor(
    private readonly trainer: Trainer,
    private readonly data: Pick<DataArguments, 'x' | 'y'>,
    options: StepsOptions,
  ) {
    this.options = completeConfig('steps', options, stepsFields) as OptionsOf<typeof stepsFields>
  }

  [Symbol.asyncIterator](): AsyncIterator<StepReport, undefined> {
    return {
      next: async () => {
        try {
          const value = await this.next()
          return value ? { done: false, value } : { done: true, value: undefined }
        } catch (error) {
          this.close()
          throw error
        }
      },
      return: async () => {
        this.pause()
        return { done: true, value: undefined }
      },
    }
  }

  private async next(): Promise<StepReport | undefined> {
    if (this.ended) return undefined
    const { every, epochs, initialEpoch } = this.options
    const run = await this.open()
    const { access } = this.trainer
    await access.close()
    if (!this.upcoming || this.upcoming.length === 0) {
      const epoch = this.upcoming ? run.epoch + 1 : initialEpoch
      if (epoch >= epochs) return this.finish()
      run.startEpoch(epoch)
      this.upcoming = await run.take(every)
      if (this.upcoming.length === 0) return this.finish()
    }
    const before = run.step
    run.run(this.upcoming)
    await run.afterSteps(every !== undefined)
    this.upcoming = await run.take(every)
    const endsEpoch = this.upcoming.length === 0
    const final = endsEpoch ? await run.endEpoch() : undefined
    run.commit()
    access.open()
    const { epoch, step } = run
    const figures = async () => {
      if (final) return { ...final }
      if (!this.ended && run.epoch === epoch && run.step === step) return run.figures()
      throw new ConfigError(
        `The figures of epoch ${epoch + 1}, step ${step} were read after the loop went on. Read them before the next iteration.`,
      )
    }
    return { epoch, step, count: step - before, endsEpoch, figures }
  }

  private async open(): Promise<TrainRun> {
    const { trainer } = this
    if (!this.run) await trainer.model.ready?.()
    this.release ??= trainer.acquire()
    if (this.run) return this.run
    const { batchSize, shuffle, classWeight, sampleWeight, stepsPerEpoch, initialEpoch, signal } = this.options
    const data = await openData(trainer.model, { ...this.data, sampleWeight, classWeight })
    const steps = trainer.stepsFor(exampleBatch(data), data.ports)
    const check = trainer.labelCheck(data.ports)
    this.source = openChunks(data, { batchSize, shuffle, rng: () => trainer.shuffleRng, orders: trainer.orders, check })
    const chunks = new EpochChunks(this.source, stepsPerEpoch, initialEpoch)
    this.run = new TrainRun({ trainer, steps, chunks, signal })
    return this.run
  }

  private async finish(): Promise<undefined> {
    this.close()
    await this.trainer.finish()
  }

  private pause(): void {
    this.run?.pause()
    this.release?.()
    this.release = undefined
  }

  /** Frees the memory on the device. A loop that runs to its end calls it. */
  close(): void {
    this.pause()
    this.run?.close()
    this.source?.close()
    this.ended = true
  }
}
