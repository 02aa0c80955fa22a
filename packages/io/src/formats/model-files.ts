import { FormatError } from '@gradus/core'
import { type FileSource, type FileTarget, readFile, writeFileAtomic } from '../platform-files.ts'
import { type FileFormat, formatOf } from './file-format.ts'
import { modelFormats } from './index.ts'
import type { ModelFile } from './model-file.ts'
import { safetensorsModel } from './safetensors-model.ts'

export type { ModelFile }

/**
 * Encodes a model file in the format of the extension of `path`, or as safetensors if no format has it. Throws `FormatError` for
 * a format that can only be read, and for an extension that other programs use for other formats, such as `.h5`.
 */
export function encodeModel(
  file: ModelFile,
  path = '',
  formats: readonly FileFormat<ModelFile>[] = modelFormats,
): Uint8Array {
  const named = formats.find(({ extensions }) => extensions.some((extension) => path.endsWith(extension)))
  const foreign = named ? undefined : /\.(h5|hdf5|keras|json|onnx|pb|pt|pth|tflite)$/i.exec(path)?.[0]
  if (foreign) {
    throw new FormatError(
      `The file '${path}' cannot be written: '${foreign}' is the extension of another format. Save it as ${safetensorsModel.extensions}.`,
    )
  }
  const format = named ?? safetensorsModel
  if (format.write) return format.write(file)
  throw new FormatError(
    `The file '${path}' cannot be written: ${format.name} is a format that can only be read. Save it as ${safetensorsModel.extensions}.`,
  )
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
  formats: readonly FileFormat<ModelFile>[] = modelFormats,
): ModelFile {
  return formatOf(formats, bytes, path).read(bytes)
}

/** Reads a model file from a path, a file handle, a `Blob` or its bytes. Throws as `decodeModel` and `readFile` do. */
export async function readModelFile(
  source: FileSource | Uint8Array,
  formats?: readonly FileFormat<ModelFile>[],
): Promise<ModelFile> {
  if (source instanceof Uint8Array) return decodeModel(source, undefined, formats)
  return decodeModel(await readFile(source), nameOf(source), formats)
}

/** Writes a model file atomically to a path or a file handle. Throws as `encodeModel` and `writeFileAtomic` do. */
export async function writeModelFile(
  target: FileTarget,
  file: ModelFile,
  formats?: readonly FileFormat<ModelFile>[],
): Promise<void> {
  await writeFileAtomic(target, encodeModel(file, nameOf(target), formats))
}

function nameOf(file: FileSource | FileTarget): string | undefined {
  if (typeof file === 'string') return file
  const { name } = (file ?? {}) as { readonly name?: unknown }
  return typeof name === 'string' ? name : undefined
}
