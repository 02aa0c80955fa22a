import { ConfigError, FormatError, isPlainObject, type WeightValue } from '@gradus/core'
import { type BesideFiles, besideOf, deleteFile, pathBeside } from '../platform-beside.ts'
import { type FileSource, type FileTarget, readFile, writeFileAtomic } from '../platform-files.ts'
import type { ReadOptions } from '../read-pieces.ts'
import { type FileFormat, formatOf } from './file-format.ts'
import { explained } from './foreign-files.ts'
import type { ModelFile } from './model-file.ts'
import { formatNamed, knownFormats, loadFormats, packageOf } from './optional-formats.ts'
import { safetensorsModel } from './safetensors-model.ts'

export { outlineOf } from './outline.ts'
export type { ModelFile }

/**
 * Encodes a model file in the format of the extension of `path`, or as safetensors if no format has it. Throws `FormatError` for
 * a format that can only be read, and for an extension that other programs use for other formats, such as `.h5`.
 */
export function encodeModel(
  file: ModelFile,
  path = '',
  formats: readonly FileFormat<ModelFile>[] = knownFormats(),
): Uint8Array {
  const format = formatToWrite(path, formats)
  if (format.write) return format.write(file)
  throw new FormatError(
    `The format ${format.name} consists of several files, which need a folder. Save the model to a path, such as 'folder/model${format.extensions[0]}'.`,
  )
}

/** The format of the extension of `path`, or safetensors. Throws `FormatError` as `encodeModel` does. */
function formatToWrite(path: string, formats: readonly FileFormat<ModelFile>[]): FileFormat<ModelFile> {
  const named = formatNamed(formats, path)
  const foreign = named ? undefined : /\.(h5|hdf5|keras|json|onnx|pb|pt|pth|tflite)$/i.exec(path)?.[0]
  if (foreign) {
    const name = packageOf(path)?.name
    throw new FormatError(
      `The file '${path}' cannot be written: '${foreign}' is the extension of another format. Save it as ${safetensorsModel.extensions}${name ? `, or pass the formats of the package ${name}` : ''}.`,
    )
  }
  const format: FileFormat<ModelFile> = named ?? safetensorsModel
  if (format.write || format.writeSet) return format
  throw new FormatError(
    `The file '${path}' cannot be written: ${format.name} is a format that can only be read. Save it as ${safetensorsModel.extensions}.`,
  )
}

/** Throws `FormatError` for a path whose extension is that of a format that cannot be written; loads the package of a format. */
export async function requireWritable(path: string): Promise<void> {
  formatToWrite(path, await formatsFor(path))
}

/** The known formats, with those of the package that has the format of a file. */
async function formatsFor(name: string | undefined): Promise<readonly FileFormat<ModelFile>[]> {
  const known = knownFormats()
  const missing = formatNamed(known, name) ? undefined : packageOf(name)
  return missing ? loadFormats(missing, name) : known
}

/**
 * Decodes the bytes of a model file. `path` is its name, if it has one. Throws `FormatError` for a damaged file and for one in
 * none of `formats`.
 *
 * @example
 * import { decodeModel, encodeModel } from '@gradus/io'
 * const weight = { path: 'dense.bias', shape: [1], dtype: 'float32', trainable: true, data: Float32Array.of(2) }
 * const bytes = encodeModel({ header: { format: 1 }, weights: [weight], optimizer: [] })
 * decodeModel(bytes).weights[0].path // => 'dense.bias'
 */
export function decodeModel(
  bytes: Uint8Array,
  path?: string,
  formats: readonly FileFormat<ModelFile>[] = knownFormats(),
): ModelFile {
  const format = formatOf(formats, bytes, path)
  try {
    return format.read(bytes)
  } catch (error) {
    throw explained(error, bytes, format, path)
  }
}

/** Options of `readModelFile`. */
export interface ReadModelOptions extends Pick<ReadOptions, 'maxBytes'> {
  /** The files that lie beside the model file, where they cannot be found: in an object by their paths, or a list of `File`. */
  readonly files?: BesideFiles
  /** Whether the state of an optimizer is left out. Where it comes last in the file, it is not read or transferred. */
  readonly weightsOnly?: boolean
}

/**
 * Reads a model file from a path, an address, a file handle, a `Blob` or its bytes, with the files beside it that belong to it. A plain
 * object is passed to the format that knows it. Throws as `decodeModel` and `readFile` do. A file in none of `formats` is refused by
 * its first bytes, and no more bytes are read than its header says, so a pipe may be endless.
 */
export async function readModelFile(
  source: FileSource | Readonly<Record<string, unknown>>,
  formats?: readonly FileFormat<ModelFile>[],
  { files, weightsOnly = false, ...options }: ReadModelOptions = {},
): Promise<ModelFile> {
  const known = formats ?? knownFormats()
  if (isPlainObject(source) && !('arrayBuffer' in source) && !('getFile' in source)) {
    const reads = known.some(({ readObject: read }) => read)
    const owner = formats || reads ? undefined : packageOf(undefined, keysOf(source))
    return readObject(source, owner ? await loadFormats(owner, undefined) : known)
  }
  const name = nameOf(source as FileSource)
  // a format that is not known yet may be that of a package, which is loaded once the file is read
  const packageFor = (start: Uint8Array) =>
    formats || known.some((format) => format.matches(start, name)) ? undefined : packageOf(name, start)
  const lengthOf = (start: Uint8Array) =>
    packageFor(start) ? Number.POSITIVE_INFINITY : lengthInFormat(known, start, name)
  const neededOf = (start: Uint8Array) => {
    if (packageFor(start)) return Number.POSITIVE_INFINITY
    const format = formatAt(known, start, name)
    return format && (format.weightsOnly ? format.weightsOnly.lengthOf(start) : Number.POSITIVE_INFINITY)
  }
  const bytes = await readFile(source as FileSource, { ...options, lengthOf, ...(weightsOnly && { neededOf }) })
  const missing = packageFor(bytes)
  const format = formatOf(missing ? await loadFormats(missing, name) : known, bytes, name)
  try {
    if (format.readSet) return await format.readSet(bytes, besideOf(source, files))
    return ((weightsOnly && format.weightsOnly) || format).read(bytes)
  } catch (error) {
    throw explained(error, bytes, format, name)
  }
}

/** The keys of an object, as they stand at the beginning of its JSON. */
function keysOf(source: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(Object.fromEntries(Object.keys(source).map((key) => [key, 0]))))
}

function readObject(source: Readonly<Record<string, unknown>>, formats: readonly FileFormat<ModelFile>[]): ModelFile {
  for (const format of formats) {
    const found = format.readObject?.(source)
    if (found) return found
  }
  throw new ConfigError(
    `A plain object with the keys ${Object.keys(source).slice(0, 10).join(', ') || '(none)'} is no model file. Expected a path, an address, a file handle, a Blob or bytes; for the artifacts of TensorFlow.js call useTfjsFiles() of '@gradus/tfjs-files' first, for a spec call fromSpec.`,
  )
}

/** The bytes by which a format is recognised. */
const recognizedBytes = 4096

/** The format of a file by the bytes at its beginning; undefined if they are too few. Throws `FormatError` if none can match. */
function formatAt(
  formats: readonly FileFormat<ModelFile>[],
  start: Uint8Array,
  path: string | undefined,
): FileFormat<ModelFile> | undefined {
  if (start.length < recognizedBytes) return undefined
  const head = start.subarray(0, recognizedBytes)
  return formats.find((format) => !format.lengthOf || format.matches(head, path)) ?? formatOf(formats, head, path)
}

/** Returns the length of a file in the format that matches: infinity where the format does not know it. */
function lengthInFormat(
  formats: readonly FileFormat<ModelFile>[],
  start: Uint8Array,
  path: string | undefined,
): number | undefined {
  const format = formatAt(formats, start, path)
  if (!format) return undefined
  try {
    return format.lengthOf ? format.lengthOf(start) : Number.POSITIVE_INFINITY
  } catch (error) {
    throw explained(error, start, format, path)
  }
}

/**
 * The weights of a model in which those of a file replace the ones with the same paths. With `skipMismatch`, weights of another shape
 * are kept.
 */
export function mergedWeights(
  own: readonly WeightValue[],
  given: readonly WeightValue[],
  { skipMismatch }: { readonly skipMismatch?: boolean | null } = {},
): WeightValue[] {
  const byPath = new Map(given.map((weight) => [weight.path, weight]))
  return own.map((weight) => {
    const found = byPath.get(weight.path)
    const fits = found && (!skipMismatch || found.shape.join() === weight.shape.join())
    return fits ? found : weight
  })
}

/**
 * Writes a model file atomically to a path or a file handle. Of a format with several files the first one is written last, and files
 * that only the replaced one needed are deleted. Throws as `encodeModel` and `writeFileAtomic` do.
 */
export async function writeModelFile(
  target: FileTarget,
  file: ModelFile,
  given?: readonly FileFormat<ModelFile>[],
): Promise<void> {
  const name = nameOf(target)
  const formats = given ?? (await formatsFor(name))
  const format = formatNamed(formats, name)
  const place = target instanceof URL ? target.href : target
  if (typeof place !== 'string' || !format?.writeSet) return writeFileAtomic(target, encodeModel(file, name, formats))
  const { main, beside } = format.writeSet(file, place.replace(/^.*[/\\]/, ''))
  const before = await readFile(place).catch(() => undefined)
  const replaced = before ? (format.besideIn?.(before) ?? []) : []
  const remove = (paths: readonly string[]) => Promise.all(paths.map((path) => deleteFile(pathBeside(place, path))))
  try {
    for (const [path, bytes] of Object.entries(beside)) await writeFileAtomic(pathBeside(place, path), bytes)
    await writeFileAtomic(place, main)
  } catch (error) {
    await remove(Object.keys(beside).filter((path) => !replaced.includes(path)))
    throw error
  }
  await remove(replaced.filter((path) => !Object.hasOwn(beside, path)))
}

function nameOf(file: FileSource | FileTarget): string | undefined {
  const path = file instanceof URL ? file.href : file
  if (typeof path === 'string' && /^data:/i.test(path)) return undefined
  if (typeof path === 'string') return /^https?:/i.test(path) ? path.replace(/[?#].*$/s, '') : path
  const { name } = (file ?? {}) as { readonly name?: unknown }
  return typeof name === 'string' ? name : undefined
}
