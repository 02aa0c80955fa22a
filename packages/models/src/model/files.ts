import { Configured, isHostArray, type WeightValue } from '@gradus/core'
import {
  type FileFormat,
  type FileSource,
  type FileTarget,
  formatOf,
  type ModelFile,
  modelFormats,
  readFile,
  safetensorsModel,
  writeFileAtomic,
} from '@gradus/io'
import { type Tree, type TypedArray, treeForEach } from '@gradus/tensor'
import type { OptimizerStates, TrainerSetup } from '../step/index.ts'

export type { ModelFile, ModelHeader } from '@gradus/io'

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

/** The name of a file: its path, or what a handle or `File` says. */
export function pathOf(source: FileSource | Uint8Array): string | undefined {
  if (typeof source === 'string') return source
  const { name } = source as { readonly name?: unknown }
  return typeof name === 'string' ? name : undefined
}

export function readModelFile(source: FileSource | Uint8Array): Promise<Uint8Array> {
  return source instanceof Uint8Array ? Promise.resolve(source) : readFile(source)
}

export function writeModelFile(target: FileTarget, bytes: Uint8Array): Promise<void> {
  return writeFileAtomic(target, bytes)
}
