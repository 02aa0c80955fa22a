import { type BatchData, DataError, describeValue, isPlainObject } from '@gradus/core'

type X = BatchData['x']
type Y = BatchData['y']
type Weight = BatchData['sampleWeight']

/**
 * Makes a batch of its parts, without those that are missing. Keras: `utils.pack_x_y_sample_weight`.
 *
 * @example
 * import { packXYSampleWeight } from '@gradus/data'
 * packXYSampleWeight([[1]], [0]) // => { x: [[1]], y: [0] }
 */
export function packXYSampleWeight(x: X, y?: Y | null, sampleWeight?: Weight | null): BatchData {
  return { x, ...(y != null && { y }), ...(sampleWeight != null && { sampleWeight }) }
}

/**
 * Returns the parts of a batch in a list: `[x, y, sampleWeight]`, with undefined for those that are missing. A list of up to three
 * parts is a batch, too. Throws `DataError` for other values. Keras: `utils.unpack_x_y_sample_weight`.
 *
 * @example
 * import { unpackXYSampleWeight } from '@gradus/data'
 * const [x, y, sampleWeight] = unpackXYSampleWeight({ x: [[1]], y: [0] })
 * y // => [0]
 * sampleWeight // => undefined
 */
export function unpackXYSampleWeight(
  batch: BatchData | readonly [x: X, y?: Y, sampleWeight?: Weight],
): [x: X, y: Y, sampleWeight: Weight] {
  if (Array.isArray(batch) && batch.length > 0 && batch.length <= 3) return [batch[0], batch[1], batch[2]]
  if (isPlainObject(batch) && 'x' in batch) {
    const { x, y, sampleWeight } = batch as unknown as BatchData
    return [x, y, sampleWeight]
  }
  throw new DataError(`A batch is { x, y, sampleWeight } or [x, y, sampleWeight], and got ${describeValue(batch)}.`)
}
