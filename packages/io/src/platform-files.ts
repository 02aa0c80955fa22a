import { ConfigError, DataError, describeValue } from '@gradus/core'
import { reasonOf, replaceFile, shortened } from './platform-replace-file.ts'

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
 * Returns the bytes of a file. Throws `DataError` with the path and the reason if it cannot be read, and `ConfigError` for a value that
 * is no file.
 */
export async function readFile(source: FileSource): Promise<Uint8Array> {
  if (typeof source !== 'string') {
    const given = bytesOf(source)
    if (given) return given
    const expected = 'A file to read is a path, a file handle, a Blob or its bytes'
    const file: unknown = hasMethod(source, 'getFile') ? await source['getFile']() : source
    if (!hasMethod(file, 'arrayBuffer')) throw new ConfigError(`${expected}, and got ${describeValue(file)}.`)
    const read = await file['arrayBuffer']()
    const bytes = bytesOf(read)
    if (bytes) return bytes
    throw new ConfigError(`${expected}; the arrayBuffer() of this one returned ${describeValue(read)}.`)
  }
  const { readFile: read } = nodeModule(
    'fs/promises',
    `read from the path '${source}'`,
    'fetch the file and pass its bytes',
  )
  requirePath(source, 'read', 'fetch the file and pass await (await fetch(url)).blob()')
  try {
    return new Uint8Array(await read(source))
  } catch (cause) {
    throw new DataError(`The file '${shortened(source)}' cannot be read: ${reasonOf(cause)}`, { cause })
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

/** Throws an error for an address, such as `https://...` or `file://...`, which would be the path of a file with a strange name. */
function requirePath(path: string, done: string, instead: string): void {
  if (/^[a-z]{2,}:\/\//i.test(path)) {
    throw new Error(`The file '${path}' cannot be ${done}: it is an address. Give a path, or ${instead}.`)
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
