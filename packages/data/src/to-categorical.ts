import { type ArrayData, DataError, describeValue, type HostArray, toHostArray } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

/**
 * Converts class numbers `[...]` to one-hot rows, float32 `[..., classes]`; a last dimension of size 1 is removed before. The
 * default of `classes` is the largest number plus 1. Throws `DataError` for values that are not class numbers. Keras:
 * `utils.to_categorical`.
 *
 * @example
 * import { toCategorical } from '@gradus/data'
 * toCategorical([0, 2]).data // => [1, 0, 0, 0, 0, 1]
 */
export function toCategorical(labels: Exclude<ArrayData, Tensor>, classes?: number): HostArray {
  if (classes !== undefined && !(Number.isInteger(classes) && classes > 0)) {
    throw new DataError(
      `toCategorical: the number of classes is ${describeValue(classes)}; expected a whole number from 1, as in toCategorical(labels, 10).`,
    )
  }
  const { data, shape } = toHostArray(labels, 'labels')
  const kept = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape
  let width = classes ?? 0
  if (classes === undefined) for (const label of data) width = Math.max(width, label + 1)
  const result = new Float32Array(data.length * width)
  for (let i = 0; i < data.length; i++) {
    const label = data[i]!
    if (!Number.isInteger(label) || label < 0 || label >= width) {
      const most = classes === undefined ? '' : ` to ${width - 1}`
      throw new DataError(`labels[${i}] is ${label}; expected a whole number from 0${most}.`)
    }
    result[i * width + label] = 1
  }
  return { data: result, shape: [...kept, width], dtype: 'float32' }
}
