import { access, readFile, rm, rmdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DataError } from '@gradus/core'
import { readFile as readBytes, writeFileAtomic } from 'gradus/io'
import { WriteError } from '../exit-codes.ts'
import type { DataFiles } from './data-files.ts'
import { epochEvent, figuresTable } from './figures.ts'
import { type FileName, fileNames } from './file-names.ts'
import { removeFile, removeLeftoverFiles } from './leftovers.ts'
import { requireLinksInside } from './outside.ts'
import { RunLock } from './run-lock.ts'
import { type EpochRecord, type RunState, readRunFile, type SavedRun, withState } from './run-state.ts'

/** The part of `env.json` that `--resume` reads. */
export interface RunEnvironment {
  readonly data?: DataFiles
  /** When everything that follows the last epoch was done; undefined before. */
  readonly finishedAt?: string
}

/** The folder of a run, which this process has locked. Its files are written atomically: each is either complete or absent. */
export class RunFolder {
  /** `path` has a lock already. */
  constructor(
    readonly path: string,
    private readonly lock: RunLock,
  ) {}

  /**
   * Opens and locks the folder of an earlier run, and removes what a killed process left behind. Throws `DataError` for any other
   * folder, `ConfigError` for one in use and for one with links out of it, and `WriteError`.
   */
  static async open(path: string, cwd: string, allowOutside = false): Promise<RunFolder> {
    const folder = resolve(cwd, path)
    if (!(await exists(join(folder, fileNames.config)))) {
      throw new DataError(
        `'${path}' is no run folder: it has no ${fileNames.config}. Give a folder such as runs/<name>-1.`,
      )
    }
    if (!allowOutside) await requireLinksInside(folder)
    const lock = await RunLock.acquire(folder)
    try {
      await removeLeftoverFiles(folder)
    } catch (error) {
      await lock.release()
      throw error
    }
    return new RunFolder(folder, lock)
  }

  /** Ends the use of the folder. */
  async close(): Promise<void> {
    await this.lock.release()
  }

  /** Deletes the folder of a run that could not begin. */
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }

  /** Deletes files of the run that callbacks wrote. */
  async removeFiles(paths: readonly string[]): Promise<void> {
    for (const path of paths) await removeFile(path)
  }

  /** Throws `WriteError` where the folder was deleted or moved; writing would create a folder without a config. */
  async requirePresent(): Promise<void> {
    if (await this.lock.isHeld()) return
    if (!(await exists(this.config))) await this.removeRemade()
    throw new WriteError(
      `The run folder '${this.path}' cannot be written: it or its lock was deleted or moved during the run. ` +
        'Training has stopped, and nothing more was saved.',
    )
  }

  /** Removes what was written between the end of the folder and this check: such a write makes the folder again. */
  private async removeRemade(): Promise<void> {
    for (const name of Object.values(fileNames)) await rm(join(this.path, name), { force: true })
    await rmdir(this.path).catch(() => {})
  }

  get config(): string {
    return this.file('config')
  }

  get best(): string {
    return this.file('best')
  }

  async writeJson(name: FileName, value: unknown): Promise<void> {
    await this.write(name, `${JSON.stringify(value, null, 2)}\n`)
  }

  async write(name: FileName, data: string | Uint8Array): Promise<void> {
    await this.requirePresent()
    await writeFileAtomic(this.file(name), data)
  }

  /** Reads the resolved config. Throws `DataError`. */
  async readConfig(): Promise<Record<string, unknown>> {
    return this.readJson('config')
  }

  /** Reads the description of the data and the machine; empty where there is none. Throws `DataError`. */
  async readEnvironment(): Promise<RunEnvironment> {
    return (await exists(this.file('environment'))) ? this.readJson('environment') : {}
  }

  /**
   * Saves a model with the state of the run, as `last`. Where the model has no state of `fit`, so that the run cannot continue from
   * it, the model before it is kept as `checkpoint`.
   */
  async save(model: Uint8Array, state: RunState, canContinue: boolean): Promise<void> {
    if (!canContinue) {
      const before = await this.read('last')
      if (before?.file.header.fit) await this.write('checkpoint', before.bytes)
    }
    await this.write('last', withState(model, state, this.file('last')))
    if (canContinue) await removeFile(this.file('checkpoint'))
  }

  /** Reads the last place at which the run continues; undefined where nothing was saved yet. */
  async latest(): Promise<SavedRun | undefined> {
    for (const name of ['last', 'checkpoint'] as const) {
      const saved = await this.read(name)
      const fit = saved?.file.header.fit
      if (saved?.state && fit) return { file: saved.file, state: saved.state, fit }
    }
    return undefined
  }

  /** Writes the figures of all epochs, as CSV and as one JSON object per line. */
  async writeFigures(records: readonly EpochRecord[]): Promise<void> {
    await this.write('table', figuresTable(records))
    await this.write('events', records.map((record) => `${JSON.stringify(epochEvent(record))}\n`).join(''))
  }

  /** Records that everything that follows the last epoch was done. */
  async markConcluded(): Promise<void> {
    await this.writeJson('environment', { ...(await this.readEnvironment()), finishedAt: new Date().toISOString() })
  }

  private file(name: FileName): string {
    return join(this.path, fileNames[name])
  }

  private async read(name: FileName): Promise<(ReturnType<typeof readRunFile> & { bytes: Uint8Array }) | undefined> {
    const path = this.file(name)
    if (!(await exists(path))) return undefined
    const bytes = await readBytes(path)
    return { ...readRunFile(bytes, path), bytes }
  }

  private async readJson(name: FileName): Promise<Record<string, unknown>> {
    try {
      return JSON.parse(await readFile(this.file(name), 'utf8')) as Record<string, unknown>
    } catch (cause) {
      throw new DataError(`${this.file(name)} cannot be read: ${(cause as Error).message}`, { cause })
    }
  }
}

/** Whether a path leads to a file or a folder. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
