import { sizeOf, type TypedArray } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'
import { DataError } from '../errors.ts'
import type { HostArray, HostValues, Named, StringArray } from './dataset.ts'
import { isStringArray } from './host-values.ts'
import { namedEntries } from './named.ts'

/** The samples `start` to `end` (of numbers a view), or the samples at `indices` (a copy). */
export function takeRows<V extends HostValues>(
  values: V,
  rows: { readonly start: number; readonly end: number } | ArrayLike<number>,
): V {
  const [count = 0, ...rest] = values.shape
  const width = sizeOf(rest)
  if (!('length' in rows)) {
    const start = Math.max(0, Math.min(rows.start, count))
    const end = Math.max(start, Math.min(rows.end, count))
    return { ...values, data: partOf(values, start * width, end * width), shape: [end - start, ...rest] }
  }
  for (let i = 0; i < rows.length; i++) {
    if (rows[i]! >= 0 && rows[i]! < count) continue
    throw new DataError(`There is no sample ${rows[i]} among ${count} samples (0 to ${count - 1}).`)
  }
  const data = isStringArray(values) ? stringsAt(values, rows, width) : numbersAt(values, rows, width)
  return { ...values, data, shape: [rows.length, ...rest] }
}

/** The values from `start` to `end` of the data, in its order; of numbers a view. */
export function partOf({ data }: HostValues, start: number, end: number): HostValues['data'] {
  return Array.isArray(data) ? data.slice(start, end) : ((data as TypedArray).subarray(start, end) as TypedArray)
}

function numbersAt({ data, dtype }: HostArray, rows: ArrayLike<number>, width: number): TypedArray {
  const chosen = hostArray(dtype, rows.length * width)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (width === 1) chosen[i] = data[row]!
    else chosen.set(data.subarray(row * width, (row + 1) * width), i * width)
  }
  return chosen
}

function stringsAt({ data }: StringArray, rows: ArrayLike<number>, width: number): string[] {
  return Array.from(rows).flatMap((row) => data.slice(row * width, (row + 1) * width))
}

/**
 * The number of samples that all arrays have in common. Throws `DataError` where they differ or one has no dimension.
 * `arrays` are by name, such as `{ x, y }`; missing ones are skipped.
 */
export function sampleCount(arrays: { readonly [name: string]: Named<HostValues> | undefined }): number {
  let first: { name: string; count: number } | undefined
  for (const [group, named] of Object.entries(arrays)) {
    if (named === undefined) continue
    for (const [name, { shape }] of namedEntries(named, group)) {
      const count = shape[0]
      if (count === undefined)
        throw new DataError(`${name} is a single value; expected a first dimension that counts samples.`)
      if (first && first.count !== count) {
        throw new DataError(`${first.name} has ${first.count} samples and ${name} has ${count}. Give as many of each.`)
      }
      first ??= { name, count }
    }
  }
  return first?.count ?? 0
}
