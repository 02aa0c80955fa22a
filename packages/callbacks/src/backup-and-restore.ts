import {
  Callback,
  type CallbackContext,
  ConfigError,
  type ConfigOf,
  type FitState,
  type HookResult,
  type OptionsOf,
} from '@gradus/core'
import { fileExists, removeFile, removeLeftovers } from './platform-files.ts'

const fields = {
  /** The folder of the backup. */
  backupDir: { type: 'string', required: true, example: "'backup'" },
  /** `epoch`, or the number of batches between two backups. */
  saveFreq: { type: 'integer', min: 1, or: ['epoch'], default: 'epoch' },
  /** The number of batches between two backups: another name of `saveFreq`. */
  every: { type: 'integer', min: 1 },
  /** The seconds between two backups. */
  everySeconds: { type: 'number', above: 0 },
  /** Whether the backup is removed when training has ended. */
  deleteCheckpoint: { type: 'boolean', default: true },
} as const

/** Options of `BackupAndRestore`. */
export interface BackupAndRestoreConfig extends ConfigOf<typeof fields> {}

/**
 * Saves the run during training. `fit` of a later process, with the same data and options, continues where the last backup was
 * made and ends with the weights and the history of a run that was never interrupted: bit for bit on cpu and wasm. Datasets continue at
 * their position if they have `state` and `restore`; others are read again up to it. Unfinished files that a killed process left in
 * the folder are removed. Throws `ConfigError` for an empty folder name
 * and for two frequencies. Keras: `BackupAndRestore`, which restores whole epochs.
 *
 * @example
 * import { BackupAndRestore } from '@gradus/callbacks'
 * const backup = new BackupAndRestore({ backupDir: 'backup', every: 500 })
 * backup.options.every // => 500
 */
export class BackupAndRestore extends Callback<BackupAndRestoreConfig> {
  static readonly type = 'BackupAndRestore'
  static override readonly fields = fields
  /** The options that name files to write. */
  static readonly writes = { backupDir: 'folder' } as const
  declare readonly options: OptionsOf<typeof fields>

  declare onTrainBatchEnd?: (context: CallbackContext) => HookResult
  declare readonly batchCount?: number
  declare readonly batchInterval?: number

  constructor(config: BackupAndRestoreConfig) {
    super(config)
    const { backupDir, saveFreq, every = saveFreq, everySeconds } = this.options
    if (!backupDir) throw new ConfigError("BackupAndRestore: 'backupDir' is empty; give the name of a folder.")
    const frequencies = Object.keys({ ...(saveFreq !== 'epoch' && { saveFreq }), ...this.config }).filter((key) =>
      ['saveFreq', 'every', 'everySeconds'].includes(key),
    )
    if (frequencies.length > 1) {
      throw new ConfigError(`BackupAndRestore: only one of ${frequencies.join(' and ')} can be set.`)
    }
    if (every === 'epoch' && everySeconds === undefined) return
    this.onTrainBatchEnd = (context) => this.save(context)
    if (every !== 'epoch') this.batchCount = every
    else this.batchInterval = everySeconds! * 1000
  }

  override async onResume({ model }: CallbackContext): Promise<FitState | undefined> {
    await removeLeftovers(this.path)
    return (await fileExists(this.path)) ? model.restore(this.path) : undefined
  }

  override onEpochEnd(context: CallbackContext): void {
    if (this.onTrainBatchEnd === undefined) this.save(context)
  }

  override async onTrainEnd(): Promise<void> {
    if (this.options.deleteCheckpoint) await removeFile(this.path)
  }

  private save({ model, progress }: CallbackContext): void {
    progress?.checkpoint((fit) => model.save(this.path, { fit }))
  }

  private get path(): string {
    return `${this.options.backupDir}/training.safetensors`
  }
}
