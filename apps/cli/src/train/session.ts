import { isDeepStrictEqual } from 'node:util'
import type { CallbackHooks, FitState, WeightValue } from '@gradus/core'
import { ModelCheckpoint, ProgressLogger } from 'gradus'
import type { Resolved } from '../config/resolve-config.ts'
import { bestOf } from './epoch-records.ts'
import { FirstUpdate, largestUpdate, oneBatch, RevealGradients, type Update } from './first-update.ts'
import { fitData } from './fit-data.ts'
import { buildModel, compileModel, type Prepared } from './prepare.ts'
import { Recorder } from './recorder.ts'
import type { RunFolder } from './run-folder.ts'
import type { EpochRecord, SavedRun } from './run-state.ts'

export interface SessionOptions {
  readonly folder: RunFolder
  /** The callbacks of the config. */
  readonly callbacks: readonly CallbackHooks[]
  /** Aborted where the run is to be saved and stopped. */
  readonly signal: AbortSignal
  /** Called when training begins, after every check. */
  begin(): Promise<void>
  /** Writes to the training log. */
  readonly write: (text: string) => void
  onEpoch(record: EpochRecord): void
  /** Whether the run continues with other data: an epoch that has begun then begins again. */
  readonly dataChanged: boolean
  readonly level: 0 | 1 | 2
}

/** One call of `fit` with its callbacks. */
export class Session {
  readonly recorder: Recorder
  private readonly first: FirstUpdate | undefined
  private readonly callbacks: readonly CallbackHooks[]
  /** The figure by which the best epoch is chosen. */
  private readonly monitor: 'val_loss' | 'loss'

  constructor(
    private readonly config: Resolved,
    private readonly prepared: Prepared,
    private readonly previous: SavedRun | undefined,
    private readonly options: SessionOptions,
  ) {
    const { model, validation } = prepared
    const { folder, callbacks, signal, begin, write, onEpoch, level } = options
    this.monitor = validation || config.fit.validationSplit ? 'val_loss' : 'loss'
    const best = new ModelCheckpoint({
      filepath: folder.best.replace(/[{}]/g, '$&$&'), // the path is a template
      monitor: this.monitor,
      saveBestOnly: true,
    })
    this.recorder = new Recorder(folder, { model, records: previous?.state.records ?? [], signal, onEpoch })
    this.first = config.explain && !previous ? new FirstUpdate() : undefined
    const logger = new ProgressLogger({ verbose: level, write })
    // around callbacks that save models, because these create missing folders
    const requirePresent = () => folder.requirePresent()
    const followsBatches = callbacks.some(({ onTrainBatchEnd, batchInterval }) => onTrainBatchEnd && !batchInterval)
    const guard: CallbackHooks = {
      onTrainBegin: requirePresent,
      onEpochEnd: requirePresent,
      ...(followsBatches && { onTrainBatchEnd: requirePresent }),
    }
    const every = config.checkpoint?.every
    const saver: CallbackHooks = {
      batchCount: every,
      onTrainBatchEnd: ({ progress }) => progress!.checkpoint((fit) => this.recorder.save(fit)),
    }
    this.callbacks = [
      { onTrainBegin: () => this.saveStart().then(begin) },
      guard,
      ...(this.first ? [this.first] : []),
      ...callbacks,
      guard,
      best,
      logger,
      this.recorder,
      ...(every ? [saver] : []),
    ]
  }

  /** Where a resumed run begins. A place within an epoch is one in the data of then; in other data the epoch begins again. */
  private get start(): FitState | undefined {
    const fit = this.previous?.fit
    return fit && this.options.dataChanged ? { ...fit, step: 0, batches: 0, figures: [] } : fit
  }

  /** Saves the place in other data, before these are recorded as those of the run. */
  private async saveStart(): Promise<void> {
    if (this.start && this.options.dataChanged) await this.recorder.save(this.start)
  }

  private get fitOptions(): Resolved['fit'] {
    const { classWeight } = this.prepared
    return { ...this.config.fit, ...(classWeight && { classWeight }) }
  }

  /** Trains up to a number of epochs. Where all are trained, this does what follows the last epoch. */
  async fit(epochs: number): Promise<void> {
    const { model } = this.prepared
    const { x, y, options } = fitData(this.prepared, model, this.fitOptions, this.config.seed)
    await model.fit(x, y, {
      ...options,
      epochs,
      // training that a callback has ended goes on where more epochs are asked for
      ...(this.start && { resumeFrom: { ...this.start, stopped: epochs <= this.recorder.records.length } }),
      verbose: 0,
      callbacks: this.callbacks,
      signal: this.recorder.signal,
    })
  }

  /**
   * Saves again where the end of training sets the weights: averages (`useEma`), or those that a callback restores. Then these are also
   * the best model, which other commands open.
   */
  async finish(): Promise<void> {
    if (!(await this.hasFinalWeights())) return
    const { folder } = this.options
    const { model } = this.prepared
    await this.recorder.save()
    const best = await folder.weightsOf('best')
    if (!best || !haveEqualValues(best, await model.getWeights())) await folder.write('best', await model.toBytes())
  }

  private async hasFinalWeights(): Promise<boolean> {
    const { callbacks, folder } = this.options
    if (this.prepared.optimizer.averages || callbacks.some(isRestoring)) return true
    if (!callbacks.some(({ onTrainEnd }) => onTrainEnd)) return false
    const after = (await folder.latest())?.file.weights
    return after !== undefined && !haveEqualValues(after, await this.prepared.model.getWeights())
  }

  /**
   * Gives the model the weights of the best model, which other commands open. Returns their epoch; undefined for averages, and for other
   * weights that were set at the end of training.
   */
  async useBest(): Promise<EpochRecord | undefined> {
    const isFinal = await this.hasFinalWeights()
    const best = await this.options.folder.weightsOf('best')
    if (best) await this.prepared.model.setWeights(best)
    const { records } = this.recorder
    if (isFinal) {
      const restoring = this.options.callbacks.find(isRestoring)
      return this.prepared.optimizer.averages || !restoring ? undefined : records[restoring.bestEpoch]
    }
    if (!best) return records.at(-1)
    const lowest = bestOf(records, this.monitor, 'min')
    return records.find(({ epoch }) => epoch === lowest?.epoch)
  }

  /** The first update of one weight. Its gradient comes from a second model with the same seed, weights and batches. */
  async update(): Promise<Update | undefined> {
    if (!this.first) return undefined
    const { train, plugins } = this.prepared
    const twin = buildModel(this.config, plugins.registry)
    compileModel(twin, this.config, new RevealGradients(), plugins.registry)
    const { x, y, options } = fitData({ train }, twin, this.fitOptions, this.config.seed)
    await twin.fit(x, y, { ...options, epochs: 1, verbose: 0, callbacks: [oneBatch] })
    return largestUpdate(this.first, await twin.getWeights())
  }
}

/** Whether a callback restores the weights of an epoch at the end, as `EarlyStopping` does. `bestEpoch` counts from 0. */
function isRestoring(callback: CallbackHooks): callback is CallbackHooks & { readonly bestEpoch: number } {
  const { options, bestEpoch } = callback as { options?: { restoreBestWeights?: unknown }; bestEpoch?: unknown }
  return options?.restoreBestWeights === true && typeof bestEpoch === 'number'
}

function haveEqualValues(a: readonly WeightValue[], b: readonly WeightValue[]): boolean {
  return a.length === b.length && a.every(({ data }, index) => isDeepStrictEqual(data, b[index]!.data))
}
