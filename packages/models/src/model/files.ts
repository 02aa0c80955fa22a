import {
  ConfigError,
  Configured,
  type InputShape,
  isHostArray,
  type LayerSpec,
  type ModelSpec,
  type WeightValue,
} from '@gradus/core'
import {
  decodeSafetensors,
  encodeSafetensors,
  type FileSource,
  type FileTarget,
  readFile,
  writeFileAtomic,
} from '@gradus/io'
import { type Tree, type TypedArray, treeForEach } from '@gradus/tensor'
import type { OptimizerStates, TrainerSetup } from '../step/index.ts'

/** What the header of a model file says beside the tensors. */
export interface ModelHeader {
  readonly format: 1
  /** The model as data; absent in files with weights only. */
  readonly spec?: ModelSpec | LayerSpec
  /** Of a model that is code: the shapes of the inputs of its layers, by path. */
  readonly inputShapes?: Readonly<Record<string, InputShape>>
  readonly seed?: number
  /** Steps trained so far. */
  readonly steps?: number
  /** What `compile` was given, as far as it is data. */
  readonly compile?: Record<string, unknown>
}

/** A model file taken apart. */
export interface ModelFile {
  readonly header: ModelHeader
  readonly weights: readonly WeightValue[]
  /** Tensors of the optimizer's state, by path. */
  readonly optimizer: readonly WeightValue[]
}

const headerKey = 'gradus'
const optimizerPrefix = 'optimizer/'
const frozenKey = 'frozen'

/** Weights, spec and optimizer state as one safetensors file with the header in its metadata. */
export function encodeModel({ header, weights, optimizer }: ModelFile): Uint8Array {
  const frozen = weights.filter(({ trainable }) => !trainable).map(({ path }) => path)
  return encodeSafetensors(
    [
      ...weights.map(({ path, ...array }) => ({ ...array, name: path })),
      ...optimizer.map(({ path, ...array }) => ({ ...array, name: optimizerPrefix + path })),
    ],
    { [headerKey]: JSON.stringify(header), [frozenKey]: JSON.stringify(frozen) },
  )
}

/** Takes a model file apart. Throws `DataError` for a file that is damaged. */
export function decodeModel(bytes: Uint8Array): ModelFile {
  const { tensors, metadata } = decodeSafetensors(bytes)
  const frozen = new Set(metadata[frozenKey] ? (JSON.parse(metadata[frozenKey]) as string[]) : [])
  const header = metadata[headerKey] ? (JSON.parse(metadata[headerKey]) as ModelHeader) : { format: 1 as const }
  if (header.format !== 1)
    throw new ConfigError(`The model file has format ${header.format}; this version reads format 1. Update gradus.`)
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
}

/** The options of `compile` that have a data form; instances become specs, functions are left out. */
export function compileSpec({
  optimizer,
  loss,
  lossWeights,
  metrics,
  weightedMetrics,
}: TrainerSetup): Record<string, unknown> {
  const options = { optimizer, loss, lossWeights, metrics, weightedMetrics }
  return Object.fromEntries(
    Object.entries(options).flatMap(([key, value]) => (value === undefined ? [] : [[key, toData(value)]])),
  )
}

function toData(value: unknown): unknown {
  if (value instanceof Configured) return value.toSpec()
  if (typeof value === 'function') return null
  if (Array.isArray(value)) return value.map(toData)
  if (value !== null && typeof value === 'object' && !isHostArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toData(entry)]))
  }
  return value
}

/** Host copies of an optimizer's state. */
export async function readOptimizer(state: OptimizerStates | undefined): Promise<WeightValue[]> {
  const leaves: [string, Parameters<Parameters<typeof treeForEach>[1]>[0]][] = []
  treeForEach((state ?? {}) as Tree, (leaf, path) => leaves.push([path, leaf]))
  return Promise.all(
    leaves.map(async ([path, leaf]) => ({
      path,
      shape: leaf.shape,
      dtype: leaf.dtype,
      trainable: false,
      data: (await leaf.data()).slice() as TypedArray,
    })),
  )
}

export function readModelFile(source: FileSource | Uint8Array): Promise<Uint8Array> {
  return source instanceof Uint8Array ? Promise.resolve(source) : readFile(source)
}

export function writeModelFile(target: FileTarget, bytes: Uint8Array): Promise<void> {
  return writeFileAtomic(target, bytes)
}
