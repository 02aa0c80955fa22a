import { type Batch, ConfigError, checkFields, sampleCount, takeRows, toNamedArrays } from '@gradus/core'
import { mapElement } from './element.ts'
import { type ArraysData, arraysOf, fromArrays, Pipeline, requireArrays } from './pipeline.ts'
import { shuffledOrder } from './random-order.ts'

const fields = { testSize: 'number', shuffle: 'boolean', seed: 'integer' } as const

/** Options of `trainTestSplit`. */
export interface SplitOptions {
  /** The size of the test set: a fraction of the samples (below 1) or their number (from 1). Default 0.25. */
  readonly testSize?: number
  /** Whether samples are shuffled before (default true). */
  readonly shuffle?: boolean
  /** The same seed gives the same split (default 0). */
  readonly seed?: number
}

/**
 * Splits samples into a training set and a test set. Throws `ConfigError` if one of them would be empty.
 *
 * @example
 * import { trainTestSplit } from '@gradus/data'
 * const { train, test } = await trainTestSplit({ x: [[1], [2], [3], [4]], y: [0, 1, 0, 1] }, { testSize: 0.25, seed: 3 })
 * const shapes = [train.x.shape, test.x.shape]
 * shapes // => [[3, 1], [1, 1]]
 */
export async function trainTestSplit(
  data: ArraysData,
  options: SplitOptions = {},
): Promise<{ train: Batch; test: Batch }> {
  checkFields('trainTestSplit', options, fields)
  const { testSize = 0.25, shuffle = true, seed = 0 } = options
  const arrays = await arraysOf('trainTestSplit', data, toNamedArrays)
  const count = sampleCount(arrays)
  const tests = countOf('testSize', testSize, count, Math.ceil)
  const order = shuffle ? shuffledOrder(count, seed) : Int32Array.from({ length: count }, (_, index) => index)
  const pick = (rows: Int32Array) => mapElement(arrays, (array) => takeRows(array, rows))
  return { train: pick(order.subarray(0, count - tests)), test: pick(order.subarray(count - tests)) }
}

const datasetFields = { leftSize: 'number', rightSize: 'number', shuffle: 'boolean', seed: 'integer' } as const

/** Options of `splitDataset`, with Keras's names. */
export interface SplitDatasetOptions {
  /** The size of the first part: a fraction of the elements (below 1) or their number (from 1). Default: the rest. */
  readonly leftSize?: number | null
  /** The size of the last part, in the same way. Default: the rest. */
  readonly rightSize?: number | null
  /** Whether elements are shuffled before (default false). */
  readonly shuffle?: boolean
  /** The same seed gives the same parts (default 0). */
  readonly seed?: number
}

/**
 * Splits a pipeline of known length, or arrays, into its first and its last part, by their sizes; a number is that of the first
 * part. To shuffle a pipeline before, use `shuffle` here, or `reshuffle: false`, so that every pass has the same parts. Arrays become
 * pipelines of samples, and the result is a promise. Throws `ConfigError` for unknown lengths and empty parts. Keras:
 * `utils.split_dataset`.
 *
 * @example
 * import { fromArrays, splitDataset } from '@gradus/data'
 * const data = await fromArrays({ x: [[1], [2], [3], [4]] })
 * splitDataset(data, 0.75).map(({ length }) => length) // => [3, 1]
 * const parts = await splitDataset({ x: [[1], [2], [3]] }, { rightSize: 2, shuffle: true })
 * parts.map(({ length }) => length) // => [1, 2]
 */
export function splitDataset(data: Pipeline, size: number | SplitDatasetOptions): [left: Pipeline, right: Pipeline]
export function splitDataset(
  data: ArraysData,
  size: number | SplitDatasetOptions,
): Promise<[left: Pipeline, right: Pipeline]>
export function splitDataset(
  data: Pipeline | ArraysData,
  size: number | SplitDatasetOptions,
): [left: Pipeline, right: Pipeline] | Promise<[left: Pipeline, right: Pipeline]> {
  const options = typeof size === 'number' ? { leftSize: size } : size
  checkFields('splitDataset', options, datasetFields)
  if (data instanceof Pipeline) return parts(data, options)
  return fromArrays(requireArrays('splitDataset', data)).then((pipeline) => parts(pipeline, options))
}

function parts(pipeline: Pipeline, { leftSize, rightSize, shuffle, seed = 0 }: SplitDatasetOptions) {
  const { length } = pipeline
  if (length === undefined || !Number.isFinite(length)) {
    throw new ConfigError('splitDataset needs a pipeline of known, finite length. Use take(count) and skip(count).')
  }
  const given = (size: number | null | undefined, name: string) =>
    size === null || size === undefined ? undefined : countOf(name, size, length, roundHalfEven)
  const [first, last] = [given(leftSize, 'leftSize'), given(rightSize, 'rightSize')]
  if (first === undefined && last === undefined) {
    throw new ConfigError("splitDataset needs 'leftSize' or 'rightSize': a fraction below 1 or a number from 1.")
  }
  const left = first ?? length - last!
  const right = last ?? length - left
  if (left + right > length) {
    throw new ConfigError(
      `'leftSize' and 'rightSize' are ${left} and ${right} of ${length} elements; together they exceed them.`,
    )
  }
  const ordered = shuffle ? pipeline.shuffle({ seed, reshuffle: false }) : pipeline
  return [ordered.take(left), ordered.skip(length - right)] as [Pipeline, Pipeline]
}

/** Rounds as Python does: halves to the even number. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  return x - floor === 0.5 ? floor + (floor % 2) : Math.round(x)
}

function countOf(name: string, size: number, count: number, round: (x: number) => number): number {
  const whole = size > 0 && size < 1 ? round(size * count) : size
  if (Number.isInteger(whole) && whole > 0 && whole < count) return whole
  throw new ConfigError(
    `'${name}' is ${size}, which leaves one part of the ${count} samples empty; expected a fraction between 0 and 1 or a number from 1 to ${count - 1}.`,
  )
}
