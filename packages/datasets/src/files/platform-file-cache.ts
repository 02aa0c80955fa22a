import { DataError } from '@gradus/core'
import { type Checksum, requireChecksum, startDigest } from './platform-digest.ts'
import { type DownloadOptions, download } from './platform-download.ts'
import { fileModules, reasonOf, temporaryFor } from './platform-folder.ts'

/** The cache cannot be written. */
export class CacheError extends DataError {}

/** A file that is wanted in the cache. */
export interface Wanted extends DownloadOptions {
  readonly origin: string
  /** The path in the cache. */
  readonly target: string
  readonly checksum: Checksum | undefined
  /** Whether it is downloaded although it is there. */
  readonly force: boolean
}

/** Downloads that have not ended, by path: a file is downloaded once, however often it is asked for at a time. */
const running = /* @__PURE__ */ new Map<string, Promise<unknown>>()

/** Runs one function after the other for each path. */
export async function inTurn<T>(path: string, act: () => Promise<T>): Promise<T> {
  const before = running.get(path)
  const result = (before ?? Promise.resolve()).catch(() => {}).then(act)
  running.set(path, result)
  try {
    return await result
  } finally {
    if (running.get(path) === result) running.delete(path)
  }
}

/**
 * Downloads a file into the cache if it is not there with the right checksum. Returns whether it was downloaded. It has its name
 * only when it is complete and checked. Throws `CacheError` if the folder cannot be written.
 */
export async function ensureFile({ origin, target, checksum, force, ...options }: Wanted): Promise<boolean> {
  const { fs, path } = fileModules('The cache holds files', 'Use getFileBytes.')
  if (!force && (await isFile(target)) && (!checksum || (await hashOf(target, checksum)) === checksum.hex)) return false
  const failed = (cause: unknown): never => {
    throw new CacheError(
      `The file '${target}' cannot be written: ${reasonOf(cause)}. Pass the folder for files as 'cacheDir'.`,
      { cause },
    )
  }
  await fs.mkdir(path.dirname(target), { recursive: true }).catch(failed)
  const temporary = await temporaryFor(target).catch(failed)
  const file = await fs.open(temporary, 'wx').catch(failed)
  try {
    let digest = checksum && startDigest(checksum.algorithm)
    let at = 0
    const sink = {
      async write(bytes: Uint8Array) {
        digest?.update(bytes)
        for (let done = 0; done < bytes.length; ) {
          done += (await file.write(bytes, done, bytes.length - done, at + done).catch(failed)).bytesWritten
        }
        at += bytes.length
      },
      async restart() {
        digest = checksum && startDigest(checksum.algorithm)
        at = 0
        await file.truncate(0).catch(failed)
      },
    }
    await download(origin, sink, options)
    if (checksum) requireChecksum(origin, digest!.hex(), checksum)
    await file.sync().catch(failed)
    await file.close()
    await fs.rename(temporary, target).catch(failed)
  } catch (error) {
    await file.close().catch(() => {})
    await fs.rm(temporary, { force: true }).catch(() => {})
    throw error
  }
  return true
}

/** Whether a path is that of a file. */
async function isFile(path: string): Promise<boolean> {
  const { fs } = fileModules('The cache holds files', 'Use getFileBytes.')
  const found = await fs.stat(path).catch(() => undefined)
  if (found?.isDirectory()) throw new DataError(`'${path}' is a folder where a file is wanted. Choose another 'fname'.`)
  return found !== undefined
}

async function hashOf(path: string, { algorithm }: Checksum): Promise<string | undefined> {
  const { fs } = fileModules('The cache holds files', 'Use getFileBytes.')
  const digest = startDigest(algorithm)
  const file = await fs.open(path, 'r').catch(() => undefined)
  if (!file) return undefined
  try {
    const piece = new Uint8Array(2 ** 20)
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length, null)
      if (bytesRead === 0) return digest.hex()
      digest.update(piece.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}
