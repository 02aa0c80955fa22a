import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { WriteError } from '../exit-codes.ts'
import { makeFolder } from '../make-folder.ts'
import { temporaryName } from '../train/leftovers.ts'

/** A file that is written piece by piece and has its name when it is complete. A pipe or a device is written to directly. */
export class OutputFile {
  private constructor(
    private readonly path: string,
    /** The name of the file until it is complete. */
    private readonly written: string,
    private readonly handle: FileHandle,
  ) {}

  /** Creates the file, and missing folders. Throws `WriteError`. */
  static async create(path: string): Promise<OutputFile> {
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory()) failed(path, new Error('it is a folder. Add a file name'))
    const written = found && !found.isFile() ? path : temporaryName(path)
    try {
      await makeFolder(dirname(path))
      return new OutputFile(path, written, await open(written, 'w'))
    } catch (cause) {
      return failed(path, cause as Error)
    }
  }

  /** Throws `WriteError`. */
  async write(text: string): Promise<void> {
    await this.handle.writeFile(text).catch((cause: Error) => failed(this.path, cause))
  }

  /** Gives the file its name. Throws `WriteError`. */
  async finish(): Promise<void> {
    try {
      if (this.isTemporary) await this.handle.sync()
      await this.handle.close()
      if (this.isTemporary) await rename(this.written, this.path)
    } catch (cause) {
      failed(this.path, cause as Error)
    }
  }

  /** Removes the file. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => {})
    if (this.isTemporary) await rm(this.written, { force: true }).catch(() => {})
  }

  private get isTemporary(): boolean {
    return this.written !== this.path
  }
}

function failed(path: string, cause: Error): never {
  throw new WriteError(`'${path}' cannot be written: ${cause.message}.`, { cause })
}
