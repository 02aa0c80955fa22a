import { type Batch, ConfigError, checkFields, sampleCount, takeRows, toNamedArrays } from '@gradus/core'
import { mapElement } from './element.ts'
import { type ArraysData, type Pipeline, requireArrays } from './pipeline.ts'
import { permutation } from './random-order.ts'

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
  const { x, y, sampleWeight } = requireArrays('trainTestSplit', data)
  const arrays = {
    x: await toNamedArrays(x, 'x'),
    ...(y !== undefined && { y: await toNamedArrays(y, 'y') }),
    ...(sampleWeight !== undefined && { sampleWeight: await toNamedArrays(sampleWeight, 'sampleWeight') }),
  }
  const count = sampleCount(arrays)
  const tests = countOf('testSize', testSize, count, Math.ceil)
  const order = shuffle ? permutation(count, seed) : Int32Array.from({ length: count }, (_, index) => index)
  const pick = (rows: Int32Array) => mapElement(arrays, (array) => takeRows(array, rows))
  return { train: pick(order.subarray(0, count - tests)), test: pick(order.subarray(count - tests)) }
}

/**
 * Splits a pipeline of known length into its first part (a fraction below 1 or a number of elements) and the rest. To shuffle
 * before, use `reshuffle: false`, so that every pass has the same parts. Throws `ConfigError` for unknown lengths and empty
 * parts. Keras: `utils.split_dataset`.
 *
 * @example
 * import { fromArrays, splitDataset } from '@gradus/data'
 * const data = await fromArrays({ x: [[1], [2], [3], [4]] })
 * splitDataset(data, 0.75).map(({ length }) => length) // => [3, 1]
 */
export function splitDataset(pipeline: Pipeline, leftSize: number): [left: Pipeline, right: Pipeline] {
  const { length } = pipeline
  if (length === undefined || !Number.isFinite(length)) {
    throw new ConfigError('splitDataset needs a pipeline of known, finite length. Use take(count) and skip(count).')
  }
  const left = countOf('leftSize', leftSize, length, Math.round)
  return [pipeline.take(left), pipeline.skip(left)]
}

function countOf(name: string, size: number, count: number, round: (x: number) => number): number {
  const whole = size > 0 && size < 1 ? round(size * count) : size
  if (Number.isInteger(whole) && whole > 0 && whole < count) return whole
  throw new ConfigError(
    `'${name}' is ${size}, which leaves one part of the ${count} samples empty; expected a fraction between 0 and 1 or a number from 1 to ${count - 1}.`,
  )
}
