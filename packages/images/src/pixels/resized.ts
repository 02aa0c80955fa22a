import type { Pixels } from '../formats/pixels.ts'
import { filters } from './filters.ts'
import type { Frame } from './frame.ts'
import type { DatasetInterpolation } from './interpolations.ts'
import { areaTaps, filterTaps, nearestTaps, type Taps } from './taps.ts'

/**
 * Resizes a part of an image to `height` x `width` numbers, written to `result` from `offset` on. Pixels outside of the image are 0.
 * Axes that become shorter are not smoothed, as in Keras.
 */
export function resizeInto(
  result: Float32Array,
  offset: number,
  { data, width: imageWidth, height: imageHeight, channels }: Pixels,
  { top, left, height: frameHeight, width: frameWidth }: Frame,
  height: number,
  width: number,
  interpolation: DatasetInterpolation,
): void {
  const columns = tapsOf(frameWidth, width, interpolation).map(({ start, weights }) => ({
    start: start + left,
    weights,
  }))
  const rows = tapsOf(frameHeight, height, interpolation)
  const rowLength = width * channels
  // rows of the image that are already resized; the next row of the result needs the last of them again
  const known = new Map<number, Float64Array>()
  rows.forEach(({ start, weights }, y) => {
    for (const row of known.keys()) if (row < start) known.delete(row)
    const sum = new Float64Array(rowLength)
    weights.forEach((weight, tap) => {
      const row = start + tap + top
      if (weight === 0 || row < 0 || row >= imageHeight) return
      const values = known.get(start + tap) ?? resizedRow(data, row * imageWidth, imageWidth, channels, columns)
      known.set(start + tap, values)
      for (let i = 0; i < rowLength; i++) sum[i] = sum[i]! + weight * values[i]!
    })
    result.set(sum, offset + y * rowLength)
  })
}

function tapsOf(length: number, count: number, interpolation: DatasetInterpolation): Taps[] {
  if (interpolation === 'nearest' || length === count) return nearestTaps(length, count)
  return interpolation === 'area' ? areaTaps(length, count) : filterTaps(length, count, filters[interpolation])
}

function resizedRow(
  data: Pixels['data'],
  first: number,
  length: number,
  channels: number,
  columns: readonly Taps[],
): Float64Array {
  const row = new Float64Array(columns.length * channels)
  for (let x = 0; x < columns.length; x++) {
    const { start, weights } = columns[x]!
    for (let tap = 0; tap < weights.length; tap++) {
      const column = start + tap
      if (column < 0 || column >= length) continue
      const from = (first + column) * channels
      const weight = weights[tap]!
      for (let channel = 0; channel < channels; channel++) {
        row[x * channels + channel] = row[x * channels + channel]! + weight * data[from + channel]!
      }
    }
  }
  return row
}
