import { type FileSource, readFile, writeFileAtomic } from '../platform-files.ts'
import { type FileFormat, formatOf } from './file-format.ts'
import { modelFormats } from './index.ts'
import type { ModelFile } from './model-file.ts'
import { safetensorsModel } from './safetensors-model.ts'

export { type ModelFile, writeFileAtomic }

/** The bytes of a model file. */
export function encodeModel(file: ModelFile): Uint8Array {
  return safetensorsModel.write(file)
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
  const { name } = source as { readonly name?: unknown }
  const path = typeof source === 'string' ? source : typeof name === 'string' ? name : undefined
  return decodeModel(await readFile(source), path, formats)
}
