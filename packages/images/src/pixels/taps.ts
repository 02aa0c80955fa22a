import type { Filter } from './filters.ts'

/** The elements that make one element of the result: the first one, and the weights from there on. */
export interface Taps {
  readonly start: number
  readonly weights: Float64Array
}

/** The element in the center of each part of the axis. */
export function nearestTaps(length: number, count: number): Taps[] {
  const weights = Float64Array.of(1)
  return Array.from({ length: count }, (_, i) => ({
    start: Math.floor(((2 * i + 1) * length) / (2 * count)),
    weights,
  }))
}

/** All elements of each part of the axis, those at its ends in proportion. */
export function areaTaps(length: number, count: number): Taps[] {
  const scale = length / count
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [i * scale, (i + 1) * scale]
    const start = Math.floor(from)
    const end = Math.min(length, Math.ceil(to - 1e-9))
    const parts = Float64Array.from({ length: Math.max(1, end - start) }, (_, j) =>
      Math.max(0, Math.min(to, start + j + 1) - Math.max(from, start + j)),
    )
    return { start, weights: normalized(parts) }
  })
}

/**
 * The elements of a filter around each center, (i + 0.5) * length / count - 0.5. Those outside of the axis do not count. An axis that
 * becomes shorter is not smoothed.
 */
export function filterTaps(length: number, count: number, { radius, weigh }: Filter): Taps[] {
  return Array.from({ length: count }, (_, i) => {
    const center = ((2 * i + 1) * length) / (2 * count) - 0.5
    const start = Math.max(0, Math.ceil(center - radius))
    const end = Math.min(length, Math.floor(center + radius) + 1)
    const weights = Float64Array.from({ length: end - start }, (_, j) => {
      const distance = Math.abs(start + j - center)
      return distance < radius ? weigh(distance) : 0
    })
    return { start, weights: normalized(weights) }
  })
}

/**
 * The elements of a filter around each center of the part from `from` to `to`, as Pillow has them: the filter becomes wider where the
 * axis becomes shorter, and elements outside of the part count.
 */
export function smoothTaps(length: number, from: number, to: number, count: number, { radius, weigh }: Filter): Taps[] {
  const scale = (to - from) / count
  const stretch = Math.max(1, scale)
  return Array.from({ length: count }, (_, i) => {
    const center = from + (i + 0.5) * scale
    const start = Math.max(0, Math.trunc(center - radius * stretch + 0.5))
    const end = Math.min(length, Math.trunc(center + radius * stretch + 0.5))
    const weights = Float64Array.from({ length: end - start }, (_, j) => {
      const x = (start + j - center + 0.5) * (1 / stretch)
      // a box counts the element at one end only
      const isInside = x > -radius && (radius === 0.5 ? x <= radius : x < radius)
      return isInside ? weigh(Math.abs(x)) : 0
    })
    return { start, weights: normalized(weights) }
  })
}

function normalized(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return sum === 0 ? weights : weights.map((weight) => weight / sum)
}
