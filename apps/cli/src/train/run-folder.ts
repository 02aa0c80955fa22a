import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ConfigError, DataError } from '@gradus/core'
import { readFile as readBytes, writeFileAtomic } from 'gradus/io'
import { type EpochRecord, type RunState, readState, withState } from './run-state.ts'

/** The files of a run. All are written atomically: each is whole or not there. */
export class RunFolder {
  private constructor(readonly path: string) {}

  /** Makes `<parent>/<name>-<n>` with the first number that is free. */
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
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error // another run took the number
        }
      }
    } catch (cause) {
      throw new ConfigError(
        `No run folder can be made in '${parent}': ${(cause as Error).message}. Choose another with --out.`,
        { cause },
      )
    }
  }

  /** The folder of an earlier run. */
  static async open(path: string, cwd: string): Promise<RunFolder> {
    const folder = new RunFolder(resolve(cwd, path))
    try {
      await access(folder.config)
    } catch (cause) {
      throw new DataError(`'${path}' is no run folder: it has no config.json. Give a folder such as runs/<name>-1.`, {
        cause,
      })
    }
    return folder
  }

  get config(): string {
    return join(this.path, 'config.json')
  }

  /** The model of the epoch with the best figure. */
  get best(): string {
    return join(this.path, 'model-best.safetensors')
  }

  /** The model as training left it. */
  get last(): string {
    return join(this.path, 'model-last.safetensors')
  }

  /** The end of the last complete epoch, where `last` is later than that. */
  private get checkpoint(): string {
    return join(this.path, 'checkpoint.safetensors')
  }

  async writeJson(name: string, value: unknown): Promise<void> {
    await this.writeText(name, `${JSON.stringify(value, null, 2)}\n`)
  }

  async writeText(name: string, text: string): Promise<void> {
    await writeFileAtomic(join(this.path, name), text)
  }

  async readConfig(): Promise<Record<string, unknown>> {
    try {
      return JSON.parse(await readFile(this.config, 'utf8')) as Record<string, unknown>
    } catch (cause) {
      throw new DataError(`${this.config} cannot be read: ${(cause as Error).message}`, { cause })
    }
  }

  /** Saves a model with the state of the run: at the end of an epoch (`state.exact`), or of weights that are later than that. */
  async save(model: Uint8Array, state: RunState): Promise<void> {
    if (!state.exact && state.records.length > 0 && (await this.stateOf(this.last))?.exact) {
      await rename(this.last, this.checkpoint)
    }
    await writeFileAtomic(this.last, withState(model, state))
    if (state.exact) await rm(this.checkpoint, { force: true })
  }

  /** The model and the state at the end of the last complete epoch; undefined where there is none. */
  async latest(): Promise<{ model: Uint8Array; state: RunState } | undefined> {
    for (const path of [this.last, this.checkpoint]) {
      const state = await this.stateOf(path)
      if (state?.exact) return { model: await readBytes(path), state }
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
    await this.writeText('results.csv', `${[header.join(','), ...rows].join('\n')}\n`)
    await this.writeText('metrics.jsonl', records.map((record) => `${JSON.stringify(epochEvent(record))}\n`).join(''))
  }

  private async stateOf(path: string): Promise<RunState | undefined> {
    try {
      await access(path)
    } catch {
      return undefined
    }
    return readState(await readBytes(path), path)
  }
}

/** The figures of an epoch as programs get them. */
export function epochFigures({ epoch, logs, learningRate, milliseconds }: EpochRecord): Record<string, unknown> {
  return { epoch, ...logs, learningRate, milliseconds: Math.round(milliseconds) }
}

/** An epoch as an event. */
export function epochEvent(record: EpochRecord): Record<string, unknown> {
  return { version: 1, event: 'epoch', ...epochFigures(record) }
}
