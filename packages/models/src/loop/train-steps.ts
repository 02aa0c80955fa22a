import {
  ConfigError,
  type ConfigOf,
  completeConfig,
  type FitState,
  isDataset,
  joinFields,
  type Logs,
  type OptionsOf,
  pickFields,
} from '@gradus/core'
import { type Backend, currentBackend, onBackend } from '@gradus/tensor'
import {
  batchesIn,
  type Chunk,
  type ChunkSource,
  type DataArguments,
  exampleBatch,
  openChunks,
  openData,
} from '../input/index.ts'
import type { Trainer } from '../step/index.ts'
import { EpochChunks } from './epoch-chunks.ts'
import { fitFields, requireSignal } from './fit-options.ts'
import { checkFitState, requireBatches } from './fit-place.ts'
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
    'resumeFrom',
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
  /** Whether the epoch has ended. A loop that continues after the last step of an epoch reports that first, with a `count` of 0. */
  readonly endsEpoch: boolean
  /** Reads the figures of the epoch so far. Call it before the next iteration; throws `ConfigError` after that. */
  figures(): Promise<Logs>
}

/**
 * Training as a loop: each iteration runs steps, as fast as `fit`, and reports. Between two iterations the model may be read and
 * changed. After `break`, iterating over the same object again continues training. With `state`, another process continues it.
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
  private chunks: EpochChunks | undefined
  private release: (() => void) | undefined
  /** The backend of the loop: the one that was current when it began. */
  private backend: Backend | undefined
  /** The steps of the next iteration; empty at the end of an epoch. */
  private upcoming: readonly Chunk[] | undefined
  /** The place in the data after the steps that have run. The steps of the next iteration have been read already. */
  private place: Pick<FitState, 'pass' | 'batches' | 'dataset'> | undefined
  /** The iteration that runs. */
  private running: Promise<unknown> = Promise.resolve()
  private ended = false

  constructor(
    private readonly trainer: Trainer,
    private readonly data: Pick<DataArguments, 'x' | 'y'>,
    options: StepsOptions,
  ) {
    this.options = completeConfig('steps', options, stepsFields) as OptionsOf<typeof stepsFields>
    requireSignal('steps', this.options.signal)
    if (this.options.resumeFrom !== undefined) checkFitState('steps', this.options.resumeFrom)
  }

  [Symbol.asyncIterator](): AsyncIterator<StepReport, undefined> {
    return {
      next: async () => {
        try {
          const next = this.next()
          this.running = next.catch(() => {})
          const value = await next
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
    const { every, epochs, initialEpoch, resumeFrom } = this.options
    const run = await this.open()
    const { access } = this.trainer
    await access.close()
    let before = run.step
    if (!this.upcoming || this.upcoming.length === 0) {
      const place = this.upcoming ? undefined : resumeFrom
      const epoch = this.upcoming ? run.epoch + 1 : (place?.epoch ?? initialEpoch)
      if (epoch >= epochs) return this.finish()
      run.startEpoch(epoch)
      if (place) run.resume(place)
      before = run.step
      this.upcoming = await run.take(every)
      if (this.upcoming.length === 0 && before === 0) return this.finish()
    }
    if (this.upcoming.length > 0) {
      run.run(this.upcoming)
      await run.afterSteps(every !== undefined)
    }
    this.place = this.placeInData(false)
    this.upcoming = await run.take(every)
    const endsEpoch = this.upcoming.length === 0
    const final = endsEpoch ? await run.endEpoch() : undefined
    run.epochEnded = endsEpoch
    if (endsEpoch) this.place = this.placeInData(true)
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

  /**
   * Returns the place of the loop as JSON-compatible data, for the option `resumeFrom` of a later loop over the same data with the
   * same options. Save the model at the same moment: the later loop then continues bit for bit on cpu and wasm. During an iteration
   * this waits for its end. Throws `ConfigError` after the last iteration and after `close`.
   *
   * @example
   * import { Dense } from '@gradus/layers'
   * import { MeanSquaredError } from '@gradus/losses'
   * import { Sequential } from '@gradus/models'
   * import { SGD } from '@gradus/optimizers'
   * const model = () => {
   *   const made = new Sequential([new Dense({ units: 1, inputShape: [1] })])
   *   made.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
   *   return made
   * }
   * const [first, second] = [model(), model()]
   * const options = { epochs: 2, batchSize: 1, every: 1 }
   * let file, resumeFrom
   * const steps = first.steps([[0], [1]], [1, 3], options)
   * for await (const { epoch, step } of steps) {
   *   resumeFrom = await steps.state()
   *   file = await first.toBytes({ fit: resumeFrom })
   *   if (epoch === 1 && step === 1) break
   * }
   * steps.close()
   * const seen = []
   * const rest = second.steps([[0], [1]], [1, 3], { ...options, resumeFrom: await second.restore(file) })
   * for await (const { epoch, step } of rest) seen.push([epoch, step])
   * seen // => [[1, 2]]
   */
  async state(): Promise<FitState> {
    await this.running
    if (this.ended) {
      throw new ConfigError('steps: state() was called after the loop had ended. Call it between two iterations.')
    }
    return this.trainer.access.use(() => this.readState())
  }

  private async readState(): Promise<FitState> {
    const { run, place } = this
    if (run && place) return { ...(await run.place()), ...place, callbacks: [] }
    const { initialEpoch: epoch, resumeFrom } = this.options
    const { x } = this.data
    const dataset = isDataset(x) ? x.state?.() : undefined
    return resumeFrom ?? { epoch, step: 0, pass: epoch, batches: 0, dataset, figures: [], callbacks: [] }
  }

  private placeInData(epochEnded: boolean): Pick<FitState, 'pass' | 'batches' | 'dataset'> {
    return { ...this.chunks!.position(epochEnded), dataset: this.source!.state?.() }
  }

  private async open(): Promise<TrainRun> {
    const { trainer } = this
    this.backend ??= currentBackend()
    this.release ??= trainer.acquire(this.backend)
    // between two iterations another call may have moved the model
    await trainer.model.ready?.()
    if (this.run) return this.run
    const { batchSize, shuffle, classWeight, sampleWeight, stepsPerEpoch, initialEpoch, resumeFrom, signal } =
      this.options
    const data = await openData(trainer.model, { ...this.data, sampleWeight, classWeight })
    const { backend } = data
    const steps = onBackend(backend, () => trainer.stepsFor(exampleBatch(data), data.ports))
    const check = trainer.labelCheck(data.ports)
    const options = { batchSize, shuffle, rng: () => trainer.shuffleRng, orders: trainer.orders, check }
    if (resumeFrom) requireBatches('steps', resumeFrom, batchesIn(data, options))
    this.source = openChunks(data, options)
    await this.source.restore?.(resumeFrom?.dataset)
    this.chunks = new EpochChunks(this.source, stepsPerEpoch, initialEpoch)
    this.run = new TrainRun({ trainer, steps, chunks: this.chunks, backend, signal })
    return this.run
  }

  private async finish(): Promise<undefined> {
    this.run?.close()
    await this.trainer.finish()
    this.close()
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
