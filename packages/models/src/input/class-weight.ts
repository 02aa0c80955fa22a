import { DataError, type HostArray } from '@gradus/core'
import { sizeOf } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'

/** The weight of each class in the loss, by label. */
export type ClassWeight = { readonly [label: number]: number }

/**
 * Returns the weight of each sample's class, float32 `[samples]`; 1 for classes without a weight. The class of a one-hot row is
 * the index of its largest element.
 */
export function weightsByClass(target: HostArray, classWeight: ClassWeight): HostArray {
  for (const label of Object.keys(classWeight)) {
    if (!Number.isInteger(Number(label))) {
      throw new DataError(`classWeight has a weight for '${label}'; expected class numbers, as in { 0: 1, 1: 5 }.`)
    }
  }
  const [count = 0, ...rest] = target.shape
  const width = sizeOf(rest)
  const data = hostArray('float32', count)
  for (let i = 0; i < count; i++) data[i] = classWeight[labelOf(target.data.subarray(i * width, (i + 1) * width))] ?? 1
  return { data, shape: [count], dtype: 'float32' }
}

function labelOf(row: ArrayLike<number>): number {
  if (row.length === 1) return Math.round(row[0]!)
  let label = 0
  for (let i = 1; i < row.length; i++) if (row[i]! > row[label]!) label = i
  return label
}
