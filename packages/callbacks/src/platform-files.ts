import type { FileHandle } from 'node:fs/promises'
import { DataError } from '@gradus/core'
import { reasonOf, replaceFile, shortened } from './platform-replace-file.ts'

/** The part of a file system that loggers use. */
export interface TextFiles {
  /** Returns the text of a file; undefined if it does not exist, and for a pipe or a device, which keeps nothing. */
  read(path: string): Promise<string | undefined>
  /**
   * Replaces a file: it has the text before or the new text, also after a crash. Creates missing folders. A pipe or a device is
   * written to.
   */
  write(path: string, text: string): Promise<void>
  /** Adds text to the end of a file. If it fails, the file stays as it was. */
  append(path: string, text: string): Promise<void>
}

/** The largest file that is read, in bytes. */
const maxBytes = 2 ** 28

/** The file system. Throws on platforms without files. */
export const machineFiles: TextFiles = {
  async read(path) {
    const { readFile, stat } = nodeModule('fs/promises', path)
    try {
      const found = await stat(path)
      if (!found.isFile() && !found.isDirectory()) return undefined
      if (found.size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`)
      return await readFile(path, 'utf8')
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new DataError(`The file '${shortened(path)}' cannot be read: ${reasonOf(cause)}`, { cause })
    }
  },
  async write(path, text) {
    await named(path, () => replaceFile(nodeModule('fs/promises', path), nodeModule('path', path), path, text))
  },
  async append(path, text) {
    const { constants, open } = nodeModule('fs/promises', path)
    await named(path, async () => {
      // not `a`, which would create a file in a folder that was deleted and made again
      const file = await open(path, constants.O_WRONLY)
      try {
        const before = await file.stat()
        if (!before.isFile()) return await file.writeFile(text)
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
    throw new Error(`The file '${shortened(path)}' cannot be written: ${reasonOf(cause)}`, { cause })
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
