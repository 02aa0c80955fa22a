import { type Batch, ConfigError, DataError, type HostArray, type HostValues } from '@gradus/core'
import { hostArray } from '@gradus/tensor/internals'
import { stack } from '../element.ts'
import { Pipeline } from '../pipeline.ts'
import { shuffledOrder } from '../random-order.ts'
import { prefetchStage, type Stage } from '../stages.ts'
import { type FileIndex, indexDirectory, subsetOf } from './index-directory.ts'
import type { Directory, ListedFile } from './platform-list.ts'

/** Options of data sets from folders, with Keras's names. */
export interface DirectoryOptions {
  /** `inferred`: each folder is a class (default); numbers for the files in the order of their paths; or none. */
  readonly labels?: 'inferred' | readonly number[] | null
  /** The form of labels: class numbers (default), rows of ones and zeros, one float32 per sample for two classes, or none. */
  readonly labelMode?: 'int' | 'categorical' | 'binary' | null
  /** The folders, in the order of their numbers (default: sorted). */
  readonly classNames?: readonly string[]
  /** Samples of a batch (default 32); `null`: single samples. */
  readonly batchSize?: number | null
  /** Whether the order is shuffled, another one in each pass (default true). */
  readonly shuffle?: boolean
  /** The seed of the order (default 0). */
  readonly seed?: number
  /** The fraction of the files for validation. */
  readonly validationSplit?: number
  /** Which files: those to train with, those for validation, or both in a list. */
  readonly subset?: 'training' | 'validation' | 'both'
  /** Whether links to folders are followed (default false). */
  readonly followLinks?: boolean
  /** Whether the number of files is printed (default true). */
  readonly verbose?: boolean
}

/** The fields of `DirectoryOptions`. */
export const directoryFields = {
  labels: 'unknown',
  labelMode: { oneOf: ['int', 'categorical', 'binary'] },
  classNames: 'strings',
  batchSize: { type: 'integer', min: 1 },
  shuffle: 'boolean',
  seed: { type: 'integer', min: 0, max: 0xffffffff },
  validationSplit: { type: 'number', above: 0, below: 1 },
  subset: { oneOf: ['training', 'validation', 'both'] },
  followLinks: 'boolean',
  verbose: 'boolean',
} as const

/** What makes samples of the files of a folder. */
export interface FileSamples {
  /** The function, for messages. */
  readonly owner: string
  /** The endings of the files, in lower case. */
  readonly formats: readonly string[]
  /** Reads one file. Undefined leaves it out of its batch. */
  load(file: { readonly path: string; read(): Promise<Uint8Array> }): Promise<HostValues | undefined>
  /** Makes the samples of a batch equally large. */
  align?(samples: readonly HostValues[]): readonly HostValues[]
}

/** Samples of the files of a folder. */
export class DirectoryDataset extends Pipeline {
  constructor(
    stage: Stage,
    /** The names of the classes by number; undefined without labels. */
    readonly classNames: readonly string[] | undefined,
    /** The paths of the files from the folder, before they are shuffled for a pass. */
    readonly filePaths: readonly string[],
  ) {
    super(stage)
  }
}

/** Options for both parts in a list. */
export type BothParts = DirectoryOptions & { readonly subset: 'both' }

/**
 * Makes batches of the files of a folder, which are read while earlier ones are used. The files of a batch are read at the same time.
 * Throws `ConfigError` for options that do not fit the folder, and `DataError` for a folder without files.
 */
export async function datasetFromDirectory(
  directory: Directory,
  options: DirectoryOptions,
  samples: FileSamples,
): Promise<DirectoryDataset | [DirectoryDataset, DirectoryDataset]> {
  const { owner, formats } = samples
  const { shuffle = true, seed = 0, followLinks = false, verbose = true, subset, validationSplit } = options
  const { labels, labelMode } = labelsOf(owner, options)
  if ((subset === undefined) !== (validationSplit === undefined)) {
    throw new ConfigError(`${owner}: 'subset' and 'validationSplit' belong together; one of them is missing.`)
  }
  const { classNames } = options
  const index = await indexDirectory(owner, directory, formats, { labels, classNames, shuffle, seed, followLinks })
  if (labelMode === 'binary' && index.classNames?.length !== 2) {
    throw new ConfigError(`${owner}: labelMode 'binary' needs two classes; found ${index.classNames?.join(', ')}.`)
  }
  if (verbose) {
    const classes = index.labels ? ` belonging to ${index.classNames?.length} classes` : ''
    console.log(`Found ${index.files.length} files${classes}.`)
  }
  const part = (kind: 'training' | 'validation', shuffled: boolean) => {
    const chosen = subsetOf(index, validationSplit!, kind)
    if (verbose) console.log(`Using ${chosen.files.length} files for ${kind}.`)
    if (chosen.files.length === 0)
      throw new DataError(`${owner}: there are no files for ${kind}. Change 'validationSplit'.`)
    return datasetOf(chosen, shuffled)
  }
  const datasetOf = (chosen: FileIndex, shuffled: boolean) => {
    const stage = filesStage(chosen, labelMode, samples, options.batchSize, shuffled ? seed : undefined)
    return new DirectoryDataset(
      stage,
      chosen.classNames,
      chosen.files.map(({ path }) => path),
    )
  }
  if (subset === 'both') return [part('training', shuffle), part('validation', false)]
  return subset ? part(subset, shuffle) : datasetOf(index, shuffle)
}

function labelsOf(owner: string, options: DirectoryOptions) {
  const { labels = 'inferred', labelMode = 'int', classNames } = options
  const isList = Array.isArray(labels) && labels.every((label) => Number.isSafeInteger(label))
  if (labels !== 'inferred' && labels !== null && !isList) {
    throw new ConfigError(`${owner}: 'labels' must be 'inferred', a list of whole numbers, or null.`)
  }
  if (labels !== 'inferred' && classNames) {
    throw new ConfigError(`${owner}: 'classNames' are those of folders, and 'labels' is not 'inferred'.`)
  }
  const none = labels === null || labelMode === null
  return { labels: none ? null : labels, labelMode: none ? null : labelMode }
}

function filesStage(
  { files, labels, classNames }: FileIndex,
  mode: DirectoryOptions['labelMode'],
  { load, align }: FileSamples,
  batchSize: number | null | undefined,
  seed: number | undefined,
): Stage {
  const order = (pass: number) => {
    return seed === undefined ? files.map((_, i) => i) : [...shuffledOrder(files.length, seed, pass)]
  }
  const sample = async (i: number): Promise<Batch | undefined> => {
    const x = await load(files[i] as ListedFile)
    if (x === undefined) return undefined
    return labels && mode ? { x, y: labelOf(labels[i]!, mode, classNames?.length ?? 0) } : { x }
  }
  const size = batchSize === undefined ? 32 : batchSize
  const length = size === null ? files.length : Math.ceil(files.length / size)
  const stage: Stage = {
    length,
    batched: size !== null,
    async *iterate(pass, start) {
      const indices = order(pass)
      for (let at = start; at < length; at++) {
        const read = await Promise.all(
          size === null ? [sample(indices[at]!)] : indices.slice(at * size, (at + 1) * size).map(sample),
        )
        const loaded = read.filter((one) => one !== undefined)
        if (loaded.length === 0) continue
        if (size === null) yield loaded[0]!
        else {
          const aligned = align?.(loaded.map(({ x }) => x as HostValues))
          yield stack(aligned ? loaded.map((one, i) => ({ ...one, x: aligned[i]! })) : loaded, at * size)
        }
      }
    },
  }
  return prefetchStage(stage, size === null ? 8 : 1)
}

function labelOf(label: number, mode: 'int' | 'categorical' | 'binary', classes: number): HostArray {
  if (mode === 'int') return { data: Int32Array.of(label), shape: [], dtype: 'int32' }
  if (mode === 'binary') return { data: Float32Array.of(label), shape: [1], dtype: 'float32' }
  const row = hostArray('float32', classes)
  if (label < 0 || label >= classes) {
    throw new DataError(`The label ${label} is not one of ${classes} classes, from 0.`)
  }
  row[label] = 1
  return { data: row, shape: [classes], dtype: 'float32' }
}
