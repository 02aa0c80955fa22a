import { checkState, describeValue, FormatError, isPlainObject, requireBounded, type WeightValue } from '@gradus/core'
import type { TypedArray } from '@gradus/tensor'
import {
  decodeSafetensors,
  decodeTensors,
  encodeSafetensors,
  isSafetensors,
  type Safetensors,
  safetensorsLength,
} from '../safetensors.ts'
import type { Bytes } from '../stored-types.ts'
import type { FileFormat } from './file-format.ts'
import type { ModelFile, ModelHeader } from './model-file.ts'

const headerKey = 'gradus'
const optimizerPrefix = 'optimizer/'
const frozenKey = 'frozen'

const count = { type: 'integer', min: 0 } as const
const needed = { ...count, required: true } as const
const headerFields = { seed: { type: 'integer', max: Number.MAX_SAFE_INTEGER }, steps: count } as const
const fitFields = { epoch: needed, step: needed, pass: needed, batches: needed, stopped: 'boolean' } as const

const notSaved = 'The file was not written by model.save, or is damaged. Save the model again.'

/** Reads the header of a model file. Files of other programs have none, only weights. */
function headerOf(text: string | undefined): ModelHeader {
  if (text === undefined) return { format: 1 }
  const header = parsed(text, headerKey)
  requireBounded(header, 'The description of the model', FormatError)
  const { format, spec, table } = (header ?? {}) as Readonly<Record<string, unknown>>
  if (typeof format === 'number' && Number.isInteger(format) && format > 1) {
    throw new FormatError(`The model file has format ${format}; this version reads format 1. Update gradus.`)
  }
  if (format !== 1) {
    throw new FormatError(
      `The metadata of the safetensors file has the key '${headerKey}', but no description of a model under it: its format is ${describeValue(format)}; expected 1. ${notSaved}`,
    )
  }
  if (spec !== undefined && (typeof spec !== 'object' || spec === null)) {
    throw new FormatError(`The spec of the model file is ${describeValue(spec)}; expected an object. ${notSaved}`)
  }
  if (table !== undefined && !isPlainObject(table)) {
    throw new FormatError(`The table of the model file is ${describeValue(table)}; expected an object. ${notSaved}`)
  }
  checkState('the model file', header, headerFields)
  const { fit } = header as ModelHeader
  if (fit !== undefined) {
    checkState('the run of fit', fit, fitFields)
    if (![fit.callbacks, fit.figures, ...Object.values(fit.figures ?? {})].every(Array.isArray))
      throw new FormatError(
        `The saved state of the run of fit is damaged: figures and callbacks must be lists. ${notSaved}`,
      )
  }
  return header as ModelHeader
}

/** Reads the names of the weights that are not trained. */
function frozenOf(text: string | undefined): ReadonlySet<string> {
  const names = text === undefined ? [] : parsed(text, frozenKey)
  if (Array.isArray(names)) return new Set(names as string[])
  throw new FormatError(`The metadata '${frozenKey}' of the model file is not a list of names. ${notSaved}`)
}

function parsed(text: string, key: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new FormatError(
      `The metadata '${key}' of the model file is not JSON: ${(cause as Error).message}. ${notSaved}`,
      {
        cause,
      },
    )
  }
}

const isWeight = (name: string) => !name.startsWith(optimizerPrefix)

function modelFileOf({ tensors, metadata }: Safetensors): ModelFile {
  const frozen = frozenOf(metadata[frozenKey])
  const header = headerOf(metadata[headerKey])
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
    weights: values.filter(({ path }) => isWeight(path)),
    optimizer: values
      .filter(({ path }) => !isWeight(path))
      .map((value) => ({ ...value, path: value.path.slice(optimizerPrefix.length) })),
  }
}

/** The format of model files: safetensors, with weights and optimizer state as tensors and the header in the metadata. */
export const safetensorsModel = {
  name: 'safetensors',
  extensions: ['.safetensors'],
  // a damaged file with the right extension matches too, so that the error says where it is damaged
  matches: (bytes: Uint8Array, path?: string) => isSafetensors(bytes) || (path?.endsWith('.safetensors') ?? false),
  lengthOf: safetensorsLength,
  read: (bytes: Uint8Array) => modelFileOf(decodeSafetensors(bytes)),
  weightsOnly: {
    lengthOf: (start: Uint8Array) => safetensorsLength(start, isWeight),
    read: (bytes: Uint8Array) => modelFileOf(decodeTensors(bytes, isWeight)),
  },
  write({ header, weights, optimizer }: ModelFile): Bytes {
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
