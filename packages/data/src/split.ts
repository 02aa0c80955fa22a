import { type Batch, ConfigError, sampleCount, takeRows, toNamedArrays } from '@gradus/core'
import { mapElement } from './element.ts'
import type { ArraysData, Pipeline } from './pipeline.ts'
import { permutation } from './random-order.ts'

export interface SplitOptions {
  /** Share of the samples (below 1) or their number (from 1) that go to the test set (default 0.25). */
  readonly testSize?: number
  /** Whether samples are put in a random order first (default true). */
  readonly shuffle?: boolean
  /** The same seed gives the same split (default 0). */
  readonly seed?: number
}

/**
 * Samples in two sets, one to train on and one to test with. Throws `ConfigError` where one of them would be empty.
 *
 * @example
 * import { trainTestSplit } from '@gradus/data'
 * const { train, test } = await trainTestSplit({ x: [[1], [2], [3], [4]], y: [0, 1, 0, 1] }, { testSize: 0.25, seed: 3 })
 * const shapes = [train.x.shape, test.x.shape]
 * shapes // => [[3, 1], [1, 1]]
 */
export async function trainTestSplit(
  { x, y, sampleWeight }: ArraysData,
  { testSize = 0.25, shuffle = true, seed = 0 }: SplitOptions = {},
): Promise<{ train: Batch; test: Batch }> {
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
 * A pipeline of known length in two: its first part (a share below 1 or a number of elements) and the rest. Shuffle before
 * with `reshuffle: false`, so that both parts stay apart in every pass. Keras: `utils.split_dataset`.
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
    `'${name}' is ${size}, which leaves one part of the ${count} samples empty; expected a share between 0 and 1 or a number from 1 to ${count - 1}.`,
  )
}
