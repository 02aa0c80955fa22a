import { sizeOf, type TypedArray } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'
import { DataError } from '../errors.ts'
import type { HostArray, HostValues, Named, StringArray } from './dataset.ts'
import { isStringArray } from './host-values.ts'
import { namedEntries } from './named.ts'

/**
 * Some samples of an array: those from `start` to before `end` (a view, for numbers), or those at the given indices (a copy).
 * Throws `DataError` for an index out of range.
 */
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

/** The flat values from `start` to before `end`; a view, for numbers. */
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
 * The number of samples, which must be the same for all arrays. `arrays` holds them by name, such as `{ x, y }`; undefined ones
 * are skipped. Throws `DataError` if the numbers differ or an array has no dimension.
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
        throw new DataError(`${first.name} has ${first.count} samples and ${name} has ${count}. They must be equal.`)
      }
      first ??= { name, count }
    }
  }
  return first?.count ?? 0
}
