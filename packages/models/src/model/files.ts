import { Configured, type FitState, isHostArray } from '@gradus/core'
import type { BesideFiles, FileFormat, ModelFile } from '@gradus/io'
import type { TrainerSetup } from '../step/index.ts'

/** Options of `save`, `saveWeights` and `loadWeights`. */
export interface FileOptions {
  /** The known file formats (default `modelFormats`). */
  readonly formats?: readonly FileFormat<ModelFile>[]
}

/** Options of `restore`. */
export interface ReadFileOptions extends FileOptions {
  /**
   * The files that lie beside the model file, for formats with several files, where they cannot be found beside it: in an object by
   * their paths, or a list of `File`.
   */
  readonly files?: BesideFiles
}

/** Options of `loadWeights`. */
export interface LoadWeightsOptions extends ReadFileOptions {
  /**
   * Whether the weights of the layers that have the same names are loaded, and other layers keep theirs (default false: the file has
   * weights for all layers, in the order of the model).
   */
  readonly byName?: boolean | null
  /** Whether layers keep weights for which the file has another shape (default false). */
  readonly skipMismatch?: boolean | null
}

/** Options of `save`. */
export interface SaveOptions extends FileOptions {
  /** The state of a run of `fit`, from a callback: with it the file is a backup of the run. */
  readonly fit?: FitState
}

/** Imports the readers and writers of model files. Bundlers with code splitting load them when they are first needed. */
export function modelFiles(): Promise<typeof import('@gradus/io/model-files')> {
  return import('@gradus/io/model-files')
}

/** The options of `compile` as data: instances become specs, and functions their names, as in `{ function: 'rmse' }`. */
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
  if (typeof value === 'function') return { function: value.name }
  if (Array.isArray(value)) return value.map(toData)
  if (value !== null && typeof value === 'object' && !isHostArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toData(item)]))
  }
  return value
}
