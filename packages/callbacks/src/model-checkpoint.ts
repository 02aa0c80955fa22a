import {
  Callback,
  type CallbackContext,
  ConfigError,
  type ConfigOf,
  checkState,
  type HookResult,
  joinFields,
  type OptionsOf,
} from '@gradus/core'
import { formatFileName } from './file-name.ts'
import { count, figure, fromJsonNumber, Monitor, monitorFields, toJsonNumber } from './monitor.ts'
import { fixed } from './python-format.ts'

const fields = /* @__PURE__ */ joinFields(monitorFields, {
  /** The path, a template with the epoch (from 1), the batch and figures: `model-{epoch:02d}-{val_loss:.2f}.safetensors`. */
  filepath: { type: 'string', required: true, example: "'model-{epoch:02d}.safetensors'" },
  /** Whether only epochs that improve the monitored figure are saved. */
  saveBestOnly: { type: 'boolean', default: false },
  /** Whether only the weights are saved, without the layers and the optimizer. */
  saveWeightsOnly: { type: 'boolean', default: false },
  /** `epoch`, or the number of batches between two saves. */
  saveFreq: { type: 'integer', min: 1, or: ['epoch'], default: 'epoch' },
  /** With `saveBestOnly`: the value that the first saved epoch must improve. */
  initialValueThreshold: 'number',
} as const)

/** Options of `ModelCheckpoint`. */
export interface ModelCheckpointConfig extends ConfigOf<typeof fields> {}

interface ModelCheckpointState {
  readonly best: number | string | null
  readonly batchesSinceSave: number
  readonly lastBatch: number
}

/**
 * Saves the model, or its weights, during training, as in Keras; file names may have any extension. Files are written atomically:
 * after a crash the file before is still there. Throws `ConfigError` for an empty path and for names in it without a value, and
 * `FormatError`, when training begins, for a path in a format that cannot be written.
 *
 * @example
 * import { ModelCheckpoint } from '@gradus/callbacks'
 * const save = new ModelCheckpoint({ filepath: 'best-{epoch:02d}.safetensors', monitor: 'val_accuracy', saveBestOnly: true })
 * save.config.monitor // => 'val_accuracy'
 */
export class ModelCheckpoint extends Callback<ModelCheckpointConfig> {
  static readonly type = 'ModelCheckpoint'
  static override readonly fields = fields
  /** The options that name files to write. */
  static readonly writes = { filepath: 'template' } as const
  declare readonly options: OptionsOf<typeof fields>

  /** Defined only if `saveFreq` is a number, because with this hook training reads figures after every batch. */
  declare onTrainBatchEnd?: (context: CallbackContext) => HookResult

  /** The best value so far; undefined before the first save. */
  best: number | undefined
  private batchesSinceSave = 0
  private lastBatch = 0
  private readonly monitor = new Monitor(this)

  constructor(config: ModelCheckpointConfig) {
    super(config)
    const { filepath, saveFreq, initialValueThreshold } = this.options
    if (!filepath)
      throw new ConfigError(
        "ModelCheckpoint: 'filepath' is empty; give a name such as 'model-{epoch:02d}.safetensors'.",
      )
    this.best = initialValueThreshold
    if (saveFreq !== 'epoch') {
      this.onTrainBatchEnd = (context) => (this.isDue(context.step, saveFreq) ? this.save(context) : undefined)
    }
  }

  override async onTrainBegin({ model }: CallbackContext): Promise<void> {
    await model.checkPath?.(this.options.filepath)
  }

  override async onEpochEnd(context: CallbackContext): Promise<void> {
    if (this.options.saveFreq === 'epoch') await this.save({ ...context, step: -1 })
  }

  override state(): ModelCheckpointState {
    return { best: toJsonNumber(this.best), batchesSinceSave: this.batchesSinceSave, lastBatch: this.lastBatch }
  }

  override restore(state: ModelCheckpointState): void {
    checkState(this.type, state, { best: figure, batchesSinceSave: count, lastBatch: count })
    const { best, batchesSinceSave, lastBatch } = state
    this.best = fromJsonNumber(best)
    this.batchesSinceSave = batchesSinceSave
    this.lastBatch = lastBatch
  }

  private isDue(batch: number, every: number): boolean {
    // a batch index that is not larger than the last one is in a new epoch
    this.batchesSinceSave += batch <= this.lastBatch ? batch + 1 : batch - this.lastBatch
    this.lastBatch = batch
    if (this.batchesSinceSave < every) return false
    this.batchesSinceSave = 0
    return true
  }

  private async save(context: CallbackContext): Promise<void> {
    const { epoch, step, logs, model } = context
    const path = formatFileName(this.options.filepath, {
      integers: { epoch: epoch + 1, ...(step >= 0 && logs.batch === undefined && { batch: step + 1 }) },
      figures: logs,
    })
    if (!this.shouldSave(context, path)) return
    await (this.options.saveWeightsOnly ? model.saveWeights(path) : model.save(path))
    this.monitor.print(`\nEpoch ${epoch + 1}: finished saving model to ${path}`)
  }

  private shouldSave({ epoch, logs, model }: CallbackContext, path: string): boolean {
    const { monitor, best } = this
    const head = `\nEpoch ${epoch + 1}: `
    if (!this.options.saveBestOnly) {
      monitor.print(`${head}saving model to ${path}`)
      return true
    }
    const current = logs[monitor.name]
    if (current === undefined) {
      const known = Object.keys(logs).join(', ') || 'none'
      monitor.warn(
        `ModelCheckpoint monitors '${monitor.name}', which is not reported (known: ${known}), so it saves every time.`,
      )
      return true
    }
    const before = best === undefined ? 'None' : fixed(best, 5)
    if (!monitor.improves(current, best, model)) {
      monitor.print(`${head}${monitor.name} did not improve from ${before}`)
      return false
    }
    monitor.print(`${head}${monitor.name} improved from ${before} to ${fixed(current, 5)}, saving model to ${path}`)
    this.best = current
    return true
  }
}
