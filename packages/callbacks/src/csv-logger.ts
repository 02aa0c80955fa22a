import { Callback, type CallbackContext, type ConfigOf, checkState, type Kind, type OptionsOf } from '@gradus/core'
import { machineFiles, type TextFiles } from './platform-files.ts'
import { floatText } from './python-format.ts'

const fields = {
  /** The path of the file. */
  filename: { type: 'string', required: true, example: "'log.csv'" },
  /** The text between the values of a line. */
  separator: { type: 'string', default: ',' },
  /** Whether lines are appended to an existing file; otherwise it is replaced. */
  append: { type: 'boolean', default: false },
  /** Reads and writes files (default the file system). */
  files: { type: 'unknown' as Kind<TextFiles>, default: machineFiles },
} as const

interface CSVLoggerState {
  readonly keys: readonly string[] | null
  /** The number of characters in the file. */
  readonly length?: number
}

/** Options of `CSVLogger`. */
export interface CSVLoggerConfig extends ConfigOf<typeof fields> {}

/**
 * Writes the figures of every epoch to a CSV file: the epoch, from 0, then the figures, sorted by name. As in Keras, missing
 * figures are `NA`, and columns for validation are added if the first epoch had none. Unlike Keras, training without validation
 * has no columns for it. A restored logger goes on with an existing file and removes the rows of later epochs, which will be
 * trained again. Throws an error with the path and the reason if the file cannot be written.
 *
 * @example
 * import { CSVLogger } from '@gradus/callbacks'
 * const logger = new CSVLogger({ filename: 'runs/log.csv', append: true })
 * logger.options.separator // => ','
 */
export class CSVLogger extends Callback<CSVLoggerConfig> {
  static readonly type = 'CSVLogger'
  static override readonly fields = fields
  /** The options that name files to write. */
  static readonly writes = { filename: 'path' } as const
  declare readonly options: OptionsOf<typeof fields>

  private keys: readonly string[] | undefined
  private needsHeader = true
  private resumed = false
  private length: number | undefined

  override async onTrainBegin(): Promise<void> {
    const { filename, append, files } = this.options
    const existing = append || this.resumed ? await files.read(filename) : undefined
    const kept = (this.resumed ? existing?.slice(0, this.length) : existing) ?? ''
    if (existing !== kept) await files.write(filename, kept)
    this.length = kept.length
    this.needsHeader = kept === ''
    if (!this.resumed) this.keys = undefined
    this.resumed = false
  }

  override async onEpochEnd({ epoch, logs, params }: CallbackContext): Promise<void> {
    this.keys ??= columnsOf(logs, params.validation !== false)
    const values = this.keys.map((key) => (logs[key] === undefined ? 'NA' : floatText(logs[key])))
    const lines = this.needsHeader ? [['epoch', ...this.keys]] : []
    lines.push([String(epoch), ...values])
    const text = lines.map((line) => this.lineOf(line)).join('')
    const { filename, files } = this.options
    await files.append(filename, text)
    this.needsHeader = false
    this.length = (this.length ?? 0) + text.length
  }

  override state(): CSVLoggerState {
    return { keys: this.keys ?? null, ...(this.length !== undefined && { length: this.length }) }
  }

  override restore(state: CSVLoggerState): void {
    checkState(this.type, state, { keys: 'strings', length: 'integer' })
    const { keys, length } = state
    this.keys = keys ?? undefined
    this.length = length
    this.resumed = true
  }

  private lineOf(values: readonly string[]): string {
    const { separator } = this.options
    const quoted = values.map((value) => {
      const plain = !value.includes(separator) && !/["\r\n]/.test(value)
      return plain ? value : `"${value.replaceAll('"', '""')}"`
    })
    return `${quoted.join(separator)}\r\n`
  }
}

function columnsOf(logs: object, validates: boolean): string[] {
  const keys = Object.keys(logs).sort()
  return !validates || keys.some((key) => key.startsWith('val_')) ? keys : [...keys, ...keys.map((key) => `val_${key}`)]
}
