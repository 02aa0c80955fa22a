import { FormatError } from '@gradus/core'
import { type FileSource, type FileTarget, readFile, writeFileAtomic } from '../platform-files.ts'
import { type FileFormat, formatOf } from './file-format.ts'
import { modelFormats } from './index.ts'
import type { ModelFile } from './model-file.ts'
import { safetensorsModel } from './safetensors-model.ts'

export type { ModelFile }

/**
 * The bytes of a model file: in the format that the ending of `path` names, safetensors where it names none of `formats`.
 * Throws `FormatError` for a format that is only read.
 */
export function encodeModel(
  file: ModelFile,
  path = '',
  formats: readonly FileFormat<ModelFile>[] = modelFormats,
): Uint8Array {
  const named = formats.find(({ extensions }) => extensions.some((extension) => path.endsWith(extension)))
  const format = named ?? safetensorsModel
  if (format.write) return format.write(file)
  throw new FormatError(
    `The file '${path}' cannot be written: ${format.name} is a format that is only read. Save it as ${safetensorsModel.extensions}.`,
  )
}

/**
 * Takes a model file apart. `path` is its name, where it has one. Throws `FormatError` for a file that is damaged or in none
 * of `formats`.
 */
export function decodeModel(
  bytes: Uint8Array,
  path?: string,
  formats: readonly FileFormat<ModelFile>[] = modelFormats,
): ModelFile {
  return formatOf(formats, bytes, path).read(bytes)
}

/** A model file from a path, a file handle, a `Blob` or its bytes. Throws as `decodeModel` does, and where it cannot be read. */
export async function readModelFile(
  source: FileSource | Uint8Array,
  formats?: readonly FileFormat<ModelFile>[],
): Promise<ModelFile> {
  if (source instanceof Uint8Array) return decodeModel(source, undefined, formats)
  return decodeModel(await readFile(source), nameOf(source), formats)
}

/** Writes a model file to a path or a file handle; atomically. Throws as `encodeModel` does, and where it cannot be written. */
export async function writeModelFile(
  target: FileTarget,
  file: ModelFile,
  formats?: readonly FileFormat<ModelFile>[],
): Promise<void> {
  await writeFileAtomic(target, encodeModel(file, nameOf(target), formats))
}

function nameOf(file: FileSource | FileTarget): string | undefined {
  if (typeof file === 'string') return file
  const { name } = file as { readonly name?: unknown }
  return typeof name === 'string' ? name : undefined
}
