import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ConfigError, DataError } from '@gradus/core'
import { type ModelFile, readFile as readBytes, writeFileAtomic } from 'gradus/io'
import { type EpochRecord, type RunState, readRunFile, withState } from './run-state.ts'

/** The format of the models of a run. */
const extension = '.safetensors'

/** The names of the files of a run. */
export const fileNames = {
  /** The model as training left it. */
  last: `model-last${extension}`,
  /** The model of the epoch with the best figure. */
  best: `model-best${extension}`,
  /** The model at the end of the last complete epoch, where `last` is later than that. */
  checkpoint: `checkpoint${extension}`,
  config: 'config.json',
  environment: 'env.json',
  summary: 'summary.txt',
  /** The figures of all epochs. */
  table: 'results.csv',
  events: 'metrics.jsonl',
  /** The figures of the held-out samples. */
  evaluation: 'evaluation.json',
} as const

type FileName = keyof typeof fileNames

/** The folder of a run. Its files are written atomically: each is either complete or absent. */
export class RunFolder {
  private constructor(readonly path: string) {}

  /** Creates `<parent>/<name>-<n>`, where `n` is 1 more than the highest number there. Throws `ConfigError`. */
  static async create(parent: string, name: string): Promise<RunFolder> {
    try {
      await mkdir(parent, { recursive: true })
      const taken = (await readdir(parent)).flatMap((entry) => {
        const suffix = entry.startsWith(`${name}-`) ? entry.slice(name.length + 1) : ''
        return /^\d+$/.test(suffix) ? [Number(suffix)] : []
      })
      for (let n = Math.max(0, ...taken) + 1; ; n++) {
        const path = join(parent, `${name}-${n}`)
        try {
          await mkdir(path)
          return new RunFolder(path)
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error // another run has just taken the number
        }
      }
    } catch (cause) {
      throw new ConfigError(
        `No run folder can be created in '${parent}': ${(cause as Error).message}. Choose another folder with --out.`,
        { cause },
      )
    }
  }

  /** Opens the folder of an earlier run. Throws `DataError` for any other folder. */
  static async open(path: string, cwd: string): Promise<RunFolder> {
    const folder = new RunFolder(resolve(cwd, path))
    try {
      await access(folder.config)
    } catch (cause) {
      throw new DataError(
        `'${path}' is no run folder: it has no ${fileNames.config}. Give a folder such as runs/<name>-1.`,
        {
          cause,
        },
      )
    }
    return folder
  }

  get config(): string {
    return this.file('config')
  }

  get best(): string {
    return this.file('best')
  }

  private get last(): string {
    return this.file('last')
  }

  private get checkpoint(): string {
    return this.file('checkpoint')
  }

  async writeJson(name: FileName, value: unknown): Promise<void> {
    await this.writeText(name, `${JSON.stringify(value, null, 2)}\n`)
  }

  async writeText(name: FileName, text: string): Promise<void> {
    await writeFileAtomic(this.file(name), text)
  }

  async readConfig(): Promise<Record<string, unknown>> {
    try {
      return JSON.parse(await readFile(this.config, 'utf8')) as Record<string, unknown>
    } catch (cause) {
      throw new DataError(`${this.config} cannot be read: ${(cause as Error).message}`, { cause })
    }
  }

  /**
   * Saves a model with the state of the run, as `last`. Where the weights are later than the last epoch (`state.exact` is false),
   * the model at the end of that epoch is kept as `checkpoint`.
   */
  async save(model: Uint8Array, state: RunState): Promise<void> {
    if (!state.exact && state.records.length > 0 && (await this.read(this.last))?.state?.exact) {
      await rename(this.last, this.checkpoint)
    }
    await writeFileAtomic(this.last, withState(model, state, this.last))
    if (state.exact) await rm(this.checkpoint, { force: true })
  }

  /** Reads the model and the state at the end of the last complete epoch; undefined where no epoch is complete. */
  async latest(): Promise<{ file: ModelFile; state: RunState } | undefined> {
    for (const path of [this.last, this.checkpoint]) {
      const saved = await this.read(path)
      if (saved?.state?.exact) return { file: saved.file, state: saved.state }
    }
    return undefined
  }

  /** Writes the figures of all epochs, as CSV and as one JSON object per line. */
  async writeFigures(records: readonly EpochRecord[]): Promise<void> {
    const keys = [...new Set(records.flatMap(({ logs }) => Object.keys(logs)))]
    const header = ['epoch', ...keys, 'learningRate', 'milliseconds']
    const rows = records.map(({ epoch, logs, learningRate, milliseconds }) =>
      [epoch, ...keys.map((name) => logs[name] ?? ''), learningRate, Math.round(milliseconds)].join(','),
    )
    await this.writeText('table', `${[header.join(','), ...rows].join('\n')}\n`)
    await this.writeText('events', records.map((record) => `${JSON.stringify(epochEvent(record))}\n`).join(''))
  }

  private file(name: FileName): string {
    return join(this.path, fileNames[name])
  }

  private async read(path: string): Promise<ReturnType<typeof readRunFile> | undefined> {
    try {
      await access(path)
    } catch {
      return undefined
    }
    return readRunFile(await readBytes(path), path)
  }
}

/** The figures of an epoch, as they are printed for programs. */
export function epochFigures({ epoch, logs, learningRate, milliseconds }: EpochRecord): Record<string, unknown> {
  return { epoch, ...logs, learningRate, milliseconds: Math.round(milliseconds) }
}

/** The event of a complete epoch. */
export function epochEvent(record: EpochRecord): Record<string, unknown> {
  return { version: 1, event: 'epoch', ...epochFigures(record) }
}
