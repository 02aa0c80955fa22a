import { ConfigError, DataError, describeValue } from '@gradus/core'
import { reasonOf, replaceFile, shortened } from './platform-replace-file.ts'
import { joined, type Pieces, type ReadOptions } from './read-pieces.ts'

/** A file to write: a path, or a handle of a browser (`FileSystemFileHandle`). */
export type FileTarget = string | { createWritable(): Promise<WritableFile> }

/** A file to read: a path, a handle of a browser, a `Blob`, or the bytes of the file. */
export type FileSource = string | { getFile(): Promise<ReadableFile> } | ReadableFile | ArrayBuffer | ArrayBufferView

interface WritableFile {
  write(data: Uint8Array | string): Promise<void>
  close(): Promise<void>
  abort?(reason?: unknown): Promise<void>
}

interface ReadableFile {
  arrayBuffer(): Promise<ArrayBuffer>
}

/**
 * Returns the bytes of a file. Throws `DataError` with the path and the reason if it cannot be read or is longer than `maxBytes`, and
 * `ConfigError` for a value that is no file. A pipe is read up to its end.
 *
 * @example
 * import { readFile } from '@gradus/io'
 * const bytes = await readFile(new Blob(['abc']), { maxBytes: 3 })
 * bytes.length // => 3
 */
export async function readFile(source: FileSource, options: ReadOptions = {}): Promise<Uint8Array> {
  if (typeof source === 'string') return joined(await openPath(source), options)
  const given = bytesOf(source)
  if (given) return given
  const file: unknown = hasMethod(source, 'getFile') ? await source['getFile']() : source
  if (!hasMethod(file, 'arrayBuffer')) throw new ConfigError(`${expected}, and got ${describeValue(file)}.`)
  const pieces = streamPieces(file)
  if (pieces) return joined(pieces, options)
  const read = await file['arrayBuffer']()
  const bytes = bytesOf(read)
  if (bytes) return bytes
  throw new ConfigError(`${expected}; the arrayBuffer() of this one returned ${describeValue(read)}.`)
}

const expected = 'A file to read is a path, a file handle, a Blob or its bytes'

/** The bytes that are read from a path at once. */
const pieceBytes = 2 ** 20

async function openPath(path: string): Promise<Pieces> {
  const fs = nodeModule('fs/promises', `read from the path '${path}'`, 'fetch the file and pass its bytes')
  requirePath(path, 'read', 'fetch the file and pass await (await fetch(url)).blob()')
  const name = `The file '${shortened(path)}'`
  const failed = (cause: unknown): never => {
    throw new DataError(`${name} cannot be read: ${reasonOf(cause)}`, { cause })
  }
  const file = await fs.open(path).catch(failed)
  const found = await file.stat().catch(failed)
  // files of the system have the size 0 and contents
  const size = found.isFile() && found.size > 0 ? found.size : undefined
  const piece = new Uint8Array(Math.min(pieceBytes, (size ?? pieceBytes) + 1))
  const next = async () => {
    const { bytesRead } = await file.read(piece, 0, piece.length, null).catch(failed)
    return bytesRead === 0 ? undefined : piece.subarray(0, bytesRead)
  }
  return { name, size, next, close: () => file.close() }
}

/** The pieces of a file that has a stream, as a `Blob` and a `Response` have; undefined for others. */
function streamPieces(file: object): Pieces | undefined {
  const { size, body, name: given } = file as { readonly [key in 'size' | 'body' | 'name']?: unknown }
  const stream = hasMethod(file, 'stream') ? file['stream']() : body
  if (!hasMethod(stream, 'getReader')) return undefined
  const name = typeof given === 'string' && given ? `The file '${shortened(given)}'` : 'The file'
  const failed = (cause: unknown): never => {
    throw new DataError(`${name} cannot be read: ${reasonOf(cause)}`, { cause })
  }
  let reader: ReadableStreamDefaultReader<unknown> | undefined
  const next = async () => {
    reader ??= stream['getReader']() as ReadableStreamDefaultReader<unknown>
    const { done, value } = await reader.read()
    if (done) return undefined
    const piece = bytesOf(value)
    if (piece) return piece
    throw new ConfigError(`${expected}; the stream of this one has a piece that is ${describeValue(value)}.`)
  }
  return {
    name,
    size: typeof size === 'number' ? size : undefined,
    next: () => next().catch((error) => (error instanceof ConfigError ? Promise.reject(error) : failed(error))),
    close: async () => void (await reader?.cancel().catch(() => {})),
  }
}

/**
 * Writes a file atomically: the data is written to a temporary file in the same folder, synced to the disk and renamed to the
 * target. If it fails, an existing file stays as it was. A new file keeps the permissions of the one that it replaces, a symbolic link
 * stays a link, and missing folders are created. A pipe or a character device, such as `/dev/stdout`, is written to. Browsers write to
 * file handles in the same way. Throws an error with the path and the reason if the file cannot be written.
 */
export async function writeFileAtomic(target: FileTarget, data: Uint8Array | string): Promise<void> {
  if (typeof target !== 'string') {
    if (!hasMethod(target, 'createWritable'))
      throw new ConfigError(`A file to write is a path or a file handle, and got ${describeValue(target)}.`)
    return writeToHandle(target, data)
  }
  const alternative = 'get the bytes with toBytes() and offer them as a download, or pass a file handle'
  requirePath(target, 'written', alternative)
  const fs = nodeModule('fs/promises', `write to the path '${target}'`, alternative)
  const names = nodeModule('path', `write to the path '${target}'`, alternative)
  try {
    await replaceFile(fs, names, target, data)
  } catch (cause) {
    throw new Error(`The file '${shortened(target)}' cannot be written: ${reasonOf(cause)}`, { cause })
  }
}

async function writeToHandle(target: Exclude<FileTarget, string>, data: Uint8Array | string): Promise<void> {
  const file = await target.createWritable()
  try {
    await file.write(data)
  } catch (error) {
    await file.abort?.(error)
    throw error
  }
  await file.close()
}

/** The bytes of a buffer or of a view of one, without a copy; undefined for other values. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  // not instanceof, because the buffer may come from another frame
  const isBuffer = /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(value))
  return isBuffer ? new Uint8Array(value as ArrayBuffer) : undefined
}

function hasMethod<K extends string>(value: unknown, name: K): value is Record<K, () => unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[name] === 'function'
}

/** Throws an error, `DataError` where a file would be read, for an address, such as `https://...` or `file://...`, which would be the path of a file with a strange name. */
function requirePath(path: string, done: 'read' | 'written', instead: string): void {
  if (/^[a-z]{2,}:\/\//i.test(path)) {
    const message = `The file '${shortened(path)}' cannot be ${done}: it is an address. Give a path, or ${instead}.`
    throw done === 'read' ? new DataError(message) : new Error(message)
  }
}

interface NodeModules {
  'fs/promises': typeof import('node:fs/promises')
  path: typeof import('node:path')
}

// Not an import, so that bundlers for browsers find nothing to resolve.
function nodeModule<K extends keyof NodeModules>(name: K, purpose: string, alternative: string): NodeModules[K] {
  const found = typeof process === 'object' ? process.getBuiltinModule?.(`node:${name}`) : undefined
  if (!found) throw new Error(`This platform has no files, so it cannot ${purpose}. Instead ${alternative}.`)
  return found as NodeModules[K]
}
