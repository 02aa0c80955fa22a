import { FormatError, type WeightValue } from '@gradus/core'
import type { TypedArray } from '@gradus/tensor'
import { decodeSafetensors, encodeSafetensors, isSafetensors } from '../safetensors.ts'
import type { FileFormat } from './file-format.ts'
import type { ModelFile, ModelHeader } from './model-file.ts'

const headerKey = 'gradus'
const optimizerPrefix = 'optimizer/'
const frozenKey = 'frozen'

/** The format of model files: safetensors, with weights and optimizer state as tensors and the header in the metadata. */
export const safetensorsModel = {
  name: 'safetensors',
  extensions: ['.safetensors'],
  // a damaged file with the right extension matches too, so that the error says where it is damaged
  matches: (bytes: Uint8Array, path?: string) => isSafetensors(bytes) || (path?.endsWith('.safetensors') ?? false),
  read(bytes: Uint8Array): ModelFile {
    const { tensors, metadata } = decodeSafetensors(bytes)
    const frozen = new Set(metadata[frozenKey] ? (JSON.parse(metadata[frozenKey]) as string[]) : [])
    const header = metadata[headerKey] ? (JSON.parse(metadata[headerKey]) as ModelHeader) : { format: 1 as const }
    if (header.format !== 1)
      throw new FormatError(`The model file has format ${header.format}; this version reads format 1. Update gradus.`)
    const values = tensors.map(
      ({ name, shape, dtype, data }): WeightValue => ({
        path: name,
        shape,
        dtype,
        data: data as TypedArray,
        trainable: !frozen.has(name),
      }),
    )
    return {
      header,
      weights: values.filter(({ path }) => !path.startsWith(optimizerPrefix)),
      optimizer: values
        .filter(({ path }) => path.startsWith(optimizerPrefix))
        .map((value) => ({ ...value, path: value.path.slice(optimizerPrefix.length) })),
    }
  },
  write({ header, weights, optimizer }: ModelFile) {
    const frozen = weights.filter(({ trainable }) => !trainable).map(({ path }) => path)
    return encodeSafetensors(
      [
        ...weights.map(({ path, ...array }) => ({ ...array, name: path })),
        ...optimizer.map(({ path, ...array }) => ({ ...array, name: optimizerPrefix + path })),
      ],
      { [headerKey]: JSON.stringify(header), [frozenKey]: JSON.stringify(frozen) },
    )
  },
} satisfies FileFormat<ModelFile>
