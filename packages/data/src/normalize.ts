import { type ArrayData, ConfigError, describeValue, type HostArray, toHostArray } from '@gradus/core'
import { isFloat, normalizeAxis, sizeOf, type Tensor } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'

/**
 * Divides values by their norm along an axis: of order 2 (Euclidean, the default), another number, `Infinity` (the largest) or
 * `-Infinity` (the smallest); the order 0 counts values that are not 0. Values with a norm of 0 stay. Returns an array of the same
 * shape; integers become float32. Throws `ConfigError` for an order that is no number. Keras: `utils.normalize`.
 *
 * @example
 * import { normalize } from '@gradus/data'
 * normalize([[3, 4], [0, 0]]).data // => [0.6, 0.8, 0, 0]
 */
export function normalize(
  x: Exclude<ArrayData, Tensor>,
  { axis = -1, order = 2 }: { readonly axis?: number; readonly order?: number } = {},
): HostArray {
  if (typeof order !== 'number' || Number.isNaN(order)) {
    throw new ConfigError(`normalize: 'order' must be a number and is ${describeValue(order)}.`)
  }
  const { data, shape, dtype } = toHostArray(x, 'x')
  const at = normalizeAxis('normalize', axis, shape.length)
  const type = isFloat(dtype) ? dtype : 'float32'
  const result = hostArray(type, data.length)
  const length = shape[at]!
  const inner = sizeOf(shape.slice(at + 1))
  for (let line = 0; line * length < data.length; line++) {
    const start = Math.floor(line / inner) * length * inner + (line % inner)
    const norm = normOf(length, (i) => data[start + i * inner]!, order) || 1
    for (let i = 0; i < length; i++) result[start + i * inner] = data[start + i * inner]! / norm
  }
  return { data: result, shape, dtype: type }
}

function normOf(length: number, at: (index: number) => number, order: number): number {
  let total = 0
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < length; i++) {
    const size = Math.abs(at(i))
    least = Math.min(least, size)
    if (order === Number.POSITIVE_INFINITY) total = Math.max(total, size)
    else total += order === 0 ? Number(size !== 0) : size ** order
  }
  if (order === Number.NEGATIVE_INFINITY) return least
  return order === 0 || order === Number.POSITIVE_INFINITY ? total : total ** (1 / order)
}
