import { access, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DataError, type WeightValue } from '@gradus/core'
import { readFile as readBytes, writeFileAtomic } from 'gradus/io'
import { WriteError } from '../exit-codes.ts'
import { checkEnvironment, type RunEnvironment } from './environment-schema.ts'
import { epochEvent, figuresTable } from './figures.ts'
import { type FileName, fileNames } from './file-names.ts'
import { removeFile, removeLeftoverFiles } from './leftovers.ts'
import { requireLinksInside } from './outside.ts'
import { RunLock } from './run-lock.ts'
import { type EpochRecord, type RunState, readRunFile, type SavedRun, withState } from './run-state.ts'

/** A file inside the run folder that a callback writes. */
export interface CallbackFile {
  /** The absolute path; of a template, the part before its first value. */
  readonly path: string
  readonly isTemplate: boolean
}

/** The folder of a run, which this process has locked. Its files are written atomically: each is either complete or absent. */
export class RunFolder {
  /** When the folder was last seen under its name, in milliseconds. */
  private presentAt = Date.now()

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
    await requireRunFolder(folder, path)
    if (!allowOutside) await requireLinksInside(folder)
    const lock = await RunLock.acquire(folder)
    try {
      await removeLeftoverFiles(folder)
    } catch (error) {
      lock.release()
      throw error
    }
    return new RunFolder(folder, lock)
  }

  /** Ends the use of the folder. */
  async close(): Promise<void> {
    this.lock.release()
  }

  /** Deletes the folder of a run that could not begin. */
  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true })
  }

  /** The files that callbacks of the run write. */
  callbackFiles: readonly CallbackFile[] = []

  /** Deletes the files of callbacks that have fixed names. */
  async removeCallbackFiles(): Promise<void> {
    for (const { path, isTemplate } of this.callbackFiles) if (!isTemplate) await removeFile(path)
  }

  /**
   * Throws `WriteError` where the folder was deleted or moved. What was written since the check before is removed: such a write makes
   * the folder again, without a config.
   */
  async requirePresent(): Promise<void> {
    const now = Date.now()
    if (this.lock.isHeld()) {
      this.presentAt = now
      return
    }
    if (!(await exists(this.config))) await this.removeRemade()
    throw new WriteError(
      `The run folder '${this.path}' is gone: it or its lock was deleted or moved during the run. ` +
        'Training has stopped, and nothing more was saved.',
    )
  }

  private async removeRemade(): Promise<void> {
    const entries = await readdir(this.path, { recursive: true, withFileTypes: true }).catch(() => [])
    const folders = [this.path]
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else if (this.mayWrite(path) && (await this.isNew(path))) await rm(path, { force: true }).catch(() => {})
    }
    // the longest paths first, so that folders are empty when their turn comes; folders with other files stay
    for (const path of folders.sort((a, b) => b.length - a.length)) await rmdir(path).catch(() => {})
  }

  private mayWrite(path: string): boolean {
    const isFile = Object.keys(fileNames).some((name) => path === this.file(name as FileName))
    return (
      isFile || this.callbackFiles.some((file) => (file.isTemplate ? path.startsWith(file.path) : path === file.path))
    )
  }

  /** Whether a file was written after the folder was last present. Times of files may be a little behind the clock. */
  private async isNew(path: string): Promise<boolean> {
    const found = await stat(path).catch(() => undefined)
    return found !== undefined && found.mtimeMs > this.presentAt - 1000
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
    try {
      await writeFileAtomic(this.file(name), data)
    } finally {
      await this.requirePresent()
    }
  }

  /** Reads the resolved config. Throws `DataError`. */
  async readConfig(): Promise<Record<string, unknown>> {
    return this.readJson('config')
  }

  /** Reads the description of the data and the machine; empty where there is none. Throws `DataError`. */
  async readEnvironment(): Promise<RunEnvironment> {
    const path = this.file('environment')
    return (await exists(path)) ? checkEnvironment(await this.readJson('environment'), path) : {}
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

  /** Reads the weights of a model; undefined where it was not saved. Throws `DataError` for a damaged file. */
  async weightsOf(name: 'best' | 'last'): Promise<readonly WeightValue[] | undefined> {
    return (await this.read(name))?.file.weights
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

/** Throws `DataError` for a folder that is not that of a run. `shown` is its path as the user gave it. */
export async function requireRunFolder(folder: string, shown: string): Promise<void> {
  if (await exists(join(folder, fileNames.config))) return
  throw new DataError(
    `'${shown}' is no run folder: it has no ${fileNames.config}. Give a folder such as runs/<name>-1.`,
  )
}

/** Whether a path leads to a file or a folder. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
