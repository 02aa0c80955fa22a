import { ConfigError, DataError, describeValue, nodeModule } from '@gradus/core'
import { reasonOf, replaceFile, shortened } from '@gradus/core/files'
import { browser } from './addresses/browser.ts'
import { openAddress, schemeNameOf, writeAddress } from './addresses/index.ts'
import { joined, type Pieces, type ReadOptions } from './read-pieces.ts'
import { bytesOf, expected, hasMethod, streamPieces } from './stream-pieces.ts'

/**
 * A file to write: a path, an address (`indexeddb://digits`, `opfs://models/digits.safetensors`, `downloads://digits.safetensors`), or a
 * handle of a browser (`FileSystemFileHandle`).
 */
export type FileTarget = string | URL | WritableHandle

/**
 * A file to read: a path, an address (`https://...`, `indexeddb://digits`, `opfs://models/digits.safetensors`), a handle of a browser, a
 * `Blob`, or the bytes of the file. In a page a path is that of a file beside the page.
 */
export type FileSource =
  | string
  | URL
  | { getFile(): Promise<ReadableFile> }
  | ReadableFile
  | ArrayBuffer
  | ArrayBufferView

interface WritableHandle {
  createWritable(): Promise<WritableFile>
}

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
  const place = placeOf(typeof source === 'string' ? besidePage(source) : source)
  if (place) return joined(await (place.isAddress ? openAddress : openPath)(place.path), options)
  const given = bytesOf(source)
  if (given) return given
  const file: unknown = hasMethod(source, 'getFile') ? await source['getFile']() : source
  if (!hasMethod(file, 'arrayBuffer'))
    throw new ConfigError(`${expected}, and got ${describeValue(file)}.${ofList(file)}`)
  const pieces = streamPieces(file)
  if (pieces) return joined(pieces, options)
  const read = await file['arrayBuffer']()
  const bytes = bytesOf(read)
  if (bytes) return bytes
  throw new ConfigError(`${expected}; the arrayBuffer() of this one returned ${describeValue(read)}.`)
}

/** What to do with a list of files, as an input of a page has. */
function ofList(value: unknown): string {
  const isList = typeof value === 'object' && value !== null && Symbol.iterator in value
  return isList ? ' Of several files give the model file, and all in the option files: loadModel(file, { files }).' : ''
}

/** The bytes that are read from a path at once. */
const pieceBytes = 2 ** 20

const savedModel = 'it is a folder with a SavedModel of TensorFlow. Save the model in Keras as .keras'

/** The best model in the folder of a run of `gradus train`. */
const bestOfRun = 'model-best.safetensors'

async function openPath(path: string): Promise<Pieces> {
  const fs = requireModule('node:fs/promises', `read from the path '${path}'`, 'fetch the file and pass its bytes')
  const name = `The file '${shortened(path)}'`
  const failed = (cause: unknown): never => {
    throw new DataError(`${name} cannot be read: ${reasonOf(cause)}`, { cause })
  }
  const file = await fs.open(path).catch(failed)
  const found = await file.stat().catch(failed)
  if (found.isDirectory()) {
    const names = await fs.readdir(path).catch((): string[] => [])
    await file.close()
    if (names.includes(bestOfRun)) return openPath(`${path}/${bestOfRun}`)
    const isSavedModel = names.includes('saved_model.pb')
    failed(isSavedModel ? new Error(savedModel) : { code: 'EISDIR' })
  }
  // files of the system have the size 0 and contents
  const size = found.isFile() && found.size > 0 ? found.size : undefined
  const piece = new Uint8Array(Math.min(pieceBytes, (size ?? pieceBytes) + 1))
  const next = async () => {
    const { bytesRead } = await file.read(piece, 0, piece.length, null).catch(failed)
    return bytesRead === 0 ? undefined : piece.subarray(0, bytesRead)
  }
  return { name, size, next, close: () => file.close() }
}

/**
 * Writes a file atomically: the data is written to a temporary file in the same folder, synced to the disk and renamed to the
 * target. If it fails, an existing file stays as it was. A new file keeps the permissions of the one that it replaces, a symbolic link
 * stays a link, and missing folders are created. A pipe or a character device, such as `/dev/stdout`, is written to. Browsers write to
 * file handles in the same way. Throws an error with the path and the reason if the file cannot be written.
 */
export async function writeFileAtomic(target: FileTarget, data: Uint8Array | string): Promise<void> {
  const place = placeOf(target)
  if (place?.isAddress) return writeAddress(place.path, data)
  if (!place) {
    if (!hasMethod(target, 'createWritable'))
      throw new ConfigError(`A file to write is a path or a file handle, and got ${describeValue(target)}.`)
    return writeToHandle(target as WritableHandle, data)
  }
  const { path } = place
  const alternative =
    "write to an address, such as 'indexeddb://digits' or 'downloads://digits.safetensors', or to a file handle"
  const fs = requireModule('node:fs/promises', `write to the path '${path}'`, alternative)
  const names = requireModule('node:path', `write to the path '${path}'`, alternative)
  try {
    await replaceFile(fs, names, path, data)
  } catch (cause) {
    throw new Error(`The file '${shortened(path)}' cannot be written: ${reasonOf(cause)}`, { cause })
  }
}

async function writeToHandle(target: WritableHandle, data: Uint8Array | string): Promise<void> {
  const file = await target.createWritable()
  try {
    await file.write(data)
  } catch (error) {
    await file.abort?.(error)
    throw error
  }
  await file.close()
}

/**
 * Returns the path or the address that a source or a target is, and the path of a `file:` address. Returns undefined for other
 * values. Throws `DataError` for a `file:` address that has no path.
 */
function placeOf(file: unknown): { readonly path: string; readonly isAddress: boolean } | undefined {
  const text = file instanceof URL ? file.href : file
  if (typeof text !== 'string') return undefined
  const scheme = schemeNameOf(text)
  if (scheme === 'file') return { path: pathOfUrl(text), isAddress: false }
  if (scheme !== undefined) return { path: text, isAddress: true }
  return { path: text, isAddress: false }
}

/** Where the platform has no files, a path is that of a file beside the page. */
function besidePage(path: string): string | URL {
  const page = nodeModule('node:fs') || schemeNameOf(path) ? undefined : browser.location?.href
  if (page === undefined) return path
  try {
    return new URL(path, page.replace(/^blob:/, '')) // a worker that was made of a blob
  } catch {
    return path
  }
}

function pathOfUrl(address: string): string {
  const { fileURLToPath } = requireModule(
    'node:url',
    `read from '${shortened(address)}'`,
    'fetch the file and pass its bytes',
  )
  try {
    return fileURLToPath(address)
  } catch (cause) {
    throw new DataError(`'${shortened(address)}' is not the address of a file: ${reasonOf(cause)}`, { cause })
  }
}

interface NodeModules {
  'node:fs/promises': typeof import('node:fs/promises')
  'node:path': typeof import('node:path')
  'node:url': typeof import('node:url')
}

function requireModule<K extends keyof NodeModules>(name: K, purpose: string, alternative: string): NodeModules[K] {
  const found = nodeModule<NodeModules[K]>(name)
  if (!found) throw new Error(`This platform has no files, so it cannot ${purpose}. Instead ${alternative}.`)
  return found
}
