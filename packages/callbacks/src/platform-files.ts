import type { FileHandle } from 'node:fs/promises'
import { DataError, nodeModule } from '@gradus/core'

/** The code for files, which is loaded with the first file that is read or written. */
const shared = () => import('@gradus/core/files')

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
    const { readFile, stat } = requireModule('node:fs/promises', path)
    try {
      const found = await stat(path)
      if (!found.isFile() && !found.isDirectory()) return undefined
      if (found.size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`)
      return await readFile(path, 'utf8')
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      const { reasonOf, shortened } = await shared()
      throw new DataError(`The file '${shortened(path)}' cannot be read: ${reasonOf(cause)}`, { cause })
    }
  },
  write: (path, text) => machineEventFiles.write(path, text),
  append: (path, text) => appendTo(path, new TextEncoder().encode(text)),
}

async function appendTo(path: string, bytes: Uint8Array): Promise<void> {
  const { constants, open } = requireModule('node:fs/promises', path)
  await named(path, async () => {
    // not `a`, which would create a file in a folder that was deleted and made again
    const file = await open(path, constants.O_WRONLY)
    try {
      const before = await file.stat()
      if (!before.isFile()) return await file.writeFile(bytes)
      try {
        await writeAll(file, bytes, before.size)
      } catch (error) {
        await file.truncate(before.size)
        throw error
      }
    } finally {
      await file.close()
    }
  })
}

/** The part of a file system that `TensorBoard` uses. */
export interface EventFiles {
  /** Creates or replaces a file, and missing folders. */
  write(path: string, data: Uint8Array | string): Promise<void>
  /** Adds bytes to the end of a file that `write` has made. If it fails, the file stays as it was. */
  append(path: string, bytes: Uint8Array): Promise<void>
}

/** The file system. Throws on platforms without files. */
export const machineEventFiles: EventFiles = {
  async write(path, data) {
    await named(path, async () => {
      const [fs, names] = [requireModule('node:fs/promises', path), requireModule('node:path', path)]
      const { replaceFile } = await shared()
      await replaceFile(fs, names, path, data)
    })
  },
  append: appendTo,
}

let eventFiles = 0

/** Returns a new name of an event file: the time, the machine and the process, which TensorBoard sorts. */
export function eventFileName(): string {
  const os = nodeModule<typeof import('node:os')>('node:os')
  const machine = os ? `${os.hostname()}.${process.pid}` : 'browser.0'
  return `events.out.tfevents.${String(Math.floor(Date.now() / 1000)).padStart(10, '0')}.${machine}.${eventFiles++}.v2`
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
    const { reasonOf, shortened } = await shared()
    throw new Error(`The file '${shortened(path)}' cannot be written: ${reasonOf(cause)}`, { cause })
  }
}

/** Whether a file exists. Throws on platforms without files. */
export async function fileExists(path: string): Promise<boolean> {
  return requireModule('node:fs/promises', path)
    .stat(path)
    .then((found) => found.isFile())
    .catch(() => false)
}

/** Removes a file that may exist, and its folder if it is empty then. */
export async function removeFile(path: string): Promise<void> {
  const { rm, rmdir } = requireModule('node:fs/promises', path)
  await rm(path, { force: true })
  await rmdir(requireModule('node:path', path).dirname(path)).catch(() => undefined)
}

/** Removes the temporary files of writes of a file by processes that were killed. */
export async function removeLeftovers(path: string): Promise<void> {
  const { readdir, rm } = requireModule('node:fs/promises', path)
  const { basename, dirname, join } = requireModule('node:path', path)
  const start = `.${basename(path)}.`
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    const pid = name.startsWith(start) && /^(\d+)-[a-z0-9]+\.tmp$/.exec(name.slice(start.length))?.[1]
    // an earlier process may have had the number of this one, as processes in containers do
    if (!pid || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue
    await rm(join(dirname(path), name), { force: true }).catch(() => {})
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

interface NodeModules {
  'node:fs/promises': typeof import('node:fs/promises')
  'node:path': typeof import('node:path')
}

function requireModule<K extends keyof NodeModules>(name: K, path: string): NodeModules[K] {
  const found = nodeModule<NodeModules[K]>(name)
  if (!found) {
    throw new Error(
      `The file '${path}' cannot be written, because this platform has no files. Give 'files', an object with read, write and append.`,
    )
  }
  return found
}
