import { UnknownSize } from '@gradus/tensor/internals'

/**
 * Shapes are worked out by running a layer on shapes alone, with sizes in the place of dimensions that are not known. Every
 * unknown dimension has a size for each trial. The first is small and the second large, so that a size that a layer limits
 * or rounds up shows; the others are tried where these two do not tell.
 */
export const trials = 4

/** The size of every batch. */
export const batchSize: UnknownSize = /* @__PURE__ */ new UnknownSize([3, 509, 101, 211])

let made = 0

/** A dimension that is not known, different from all that were made shortly before. */
export function unknownSize(): UnknownSize {
  const step = made++ % 16
  return new UnknownSize([2 + step, 3001 + 7 * step, 61 + 3 * step, 929 + 5 * step])
}

export function sizeAt(size: number | UnknownSize, trial: number): number {
  return typeof size === 'number' ? size : size.sizes[trial]!
}

/** Sizes are rounded to multiples of up to this. */
const rounding = 64

/**
 * What a size is that came out as `values` (by trial; undefined where the trial was not made): a number, one of the `known`
 * unknown sizes, or a new one that depends on them as strides, windows, products and sums do. Undefined where it depends
 * on them in some other way.
 */
export function sizeOfTrials(
  values: readonly (number | undefined)[],
  known: readonly UnknownSize[],
): number | UnknownSize | undefined {
  const live = values.flatMap((value, trial) => (value === undefined ? [] : [trial]))
  const first = values[live[0]!]!
  if (live.every((trial) => values[trial] === first)) return first
  const same = known.find(({ sizes }) => live.every((trial) => sizes[trial] === values[trial]))
  if (same || live.length < 3) return same
  const at = (sizes: readonly (number | undefined)[]) => live.map((trial) => sizes[trial]!)
  return isUnderstood(
    at(values),
    known.map(({ sizes }) => at(sizes)),
  )
    ? new UnknownSize(values as number[])
    : undefined
}

function isUnderstood(values: readonly number[], units: readonly (readonly number[])[]): boolean {
  if (isProduct(values, units, 0)) return true
  return units.some((unit) => {
    if (isLinear(values, unit)) return true
    // of a sum, what is left without one size depends on another one
    const rest = values.map((value, k) => value - unit[k]!)
    return units.some((other) => isLinear(rest, other))
  })
}

/** Whether values are a constant times a product of up to four sizes, as those of a reshaped tensor are. */
function isProduct(values: readonly number[], units: readonly (readonly number[])[], factors: number): boolean {
  if (values.every((value) => Math.abs(value - values[0]!) <= 1e-9 * Math.abs(values[0]!))) return true
  if (factors === 4) return false
  return units.some((unit, index) => {
    const rest = values.map((value, k) => value / unit[k]!)
    return isProduct(rest, units.slice(index), factors + 1)
  })
}

/** Whether values are `slope * unit + offset` up to rounding, with a slope above 0. */
function isLinear(values: readonly number[], unit: readonly number[]): boolean {
  const low = unit.indexOf(Math.min(...unit))
  const high = unit.indexOf(Math.max(...unit))
  const slope = (values[high]! - values[low]!) / (unit[high]! - unit[low]!)
  const allowed = 2 + rounding * slope
  // a size that is limited hardly grows between the ends, or is far from the line between them
  return (
    values[high]! - values[low]! > allowed &&
    values.every((value, k) => Math.abs(value - values[low]! - slope * (unit[k]! - unit[low]!)) <= allowed)
  )
}
