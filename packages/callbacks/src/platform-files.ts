import type { FileHandle } from 'node:fs/promises'

/** The part of a file system that loggers use. */
export interface TextFiles {
  /** Returns the text of a file; undefined if it does not exist. */
  read(path: string): Promise<string | undefined>
  /** Replaces a file: it has the text before or the new text, also after a crash. Creates missing folders. */
  write(path: string, text: string): Promise<void>
  /** Adds text to the end of a file. If it fails, the file stays as it was. */
  append(path: string, text: string): Promise<void>
}

/** The file system. Throws on platforms without files. */
export const machineFiles: TextFiles = {
  async read(path) {
    try {
      return await nodeModule('fs/promises', path).readFile(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  },
  async write(path, text) {
    const { mkdir, realpath, rename, rm, stat, writeFile } = nodeModule('fs/promises', path)
    const { basename, dirname, join } = nodeModule('path', path)
    await named(path, async () => {
      await mkdir(dirname(path), { recursive: true })
      // a symbolic link stays; the file that it points to is replaced
      const target = await realpath(path).catch(() => path)
      const before = await stat(target).catch(() => undefined)
      // a device or a pipe is written to, not replaced
      if (before && !before.isFile()) return writeFile(target, text)
      const temporary = join(dirname(target), `.${basename(target)}.${process.pid}-${Date.now().toString(36)}.tmp`)
      try {
        await writeFile(temporary, text, { flush: true })
        await rename(temporary, target)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    })
  },
  async append(path, text) {
    const { open } = nodeModule('fs/promises', path)
    await named(path, async () => {
      // not `a`, which would create a file in a folder that was deleted and made again
      const file = await open(path, 'r+')
      try {
        const before = await file.stat()
        if (!before.isFile()) return void (await file.write(text))
        try {
          await writeAll(file, new TextEncoder().encode(text), before.size)
        } catch (error) {
          await file.truncate(before.size)
          throw error
        }
      } finally {
        await file.close()
      }
    })
  },
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}

/** Runs a function that writes a file; its errors get the path. */
async function named(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (cause) {
    throw new Error(`The file '${path}' cannot be written: ${(cause as Error).message}.`, { cause })
  }
}

/** Whether a file exists. Throws on platforms without files. */
export async function fileExists(path: string): Promise<boolean> {
  return nodeModule('fs/promises', path)
    .stat(path)
    .then((found) => found.isFile())
    .catch(() => false)
}

/** Removes a file that may exist, and its folder if it is empty then. */
export async function removeFile(path: string): Promise<void> {
  const { rm, rmdir } = nodeModule('fs/promises', path)
  await rm(path, { force: true })
  await rmdir(nodeModule('path', path).dirname(path)).catch(() => undefined)
}

interface NodeModules {
  'fs/promises': typeof import('node:fs/promises')
  path: typeof import('node:path')
}

// Not an import, so that bundlers for browsers find nothing to resolve.
function nodeModule<K extends keyof NodeModules>(name: K, path: string): NodeModules[K] {
  const found = typeof process === 'object' ? process.getBuiltinModule?.(`node:${name}`) : undefined
  if (!found) {
    throw new Error(
      `The file '${path}' cannot be written, because this platform has no files. Give 'files', an object with read, write and append.`,
    )
  }
  return found as NodeModules[K]
}
