import { UnknownSize } from '@gradus/tensor/internals'

/**
 * The number of trials. Shapes are inferred by running a layer on shapes alone, with trial sizes for unknown dimensions. Each
 * unknown dimension has one size per trial. It is small in the first trial and large in the second, which reveals sizes that a
 * layer clips or rounds; the other trials run only if these two leave a size open. The last three are larger still, for layers that
 * crop thousands of elements.
 */
export const trialCount = 7

/** The unknown dimension that is the batch of every input. */
export const batchSize: UnknownSize = /* @__PURE__ */ new UnknownSize([3, 509, 101, 211, 307, 401, 601])

let made = 0

/** A new unknown dimension. Its trial sizes differ from those of the 15 dimensions made before it. */
export function unknownSize(): UnknownSize {
  const step = made++ % 16
  const large = [20_011 + 9 * step, 40_009 + 11 * step, 80_021 + 13 * step]
  return new UnknownSize([2 + step, 3001 + 7 * step, 331 + 3 * step, 929 + 5 * step, ...large])
}

/** The size of a dimension in a trial. */
export function sizeAt(size: number | UnknownSize, trial: number): number {
  return typeof size === 'number' ? size : size.sizes[trial]!
}

/** The largest number to a multiple of which layers may round a size. */
const maxRounding = 64

/**
 * The size of a dimension that had `values` by trial (undefined for trials that did not run): a number, one of the unknown
 * sizes of the inputs, or a new unknown size that depends on these as strides, windows, products and sums do. Undefined if it
 * depends on them in another way.
 */
export function sizeFromTrials(
  values: readonly (number | undefined)[],
  inputSizes: readonly UnknownSize[],
): number | UnknownSize | undefined {
  const completed = values.flatMap((value, trial) => (value === undefined ? [] : [trial]))
  const first = values[completed[0]!]!
  if (completed.every((trial) => values[trial] === first)) return first
  const same = inputSizes.find(({ sizes }) => completed.every((trial) => sizes[trial] === values[trial]))
  if (same || completed.length < 3) return same
  const at = (sizes: readonly (number | undefined)[]) => completed.map((trial) => sizes[trial]!)
  return isSupported(
    at(values),
    inputSizes.map(({ sizes }) => at(sizes)),
  )
    ? new UnknownSize(values as number[])
    : undefined
}

function isSupported(values: readonly number[], units: readonly (readonly number[])[]): boolean {
  if (isProduct(values, units, 0)) return true
  return units.some((unit) => {
    if (isLinear(values, unit)) return true
    // a sum: the rest without one size depends on another one
    const rest = values.map((value, k) => value - unit[k]!)
    return units.some((other) => isLinear(rest, other))
  })
}

/** Whether values are a constant times a product of up to four sizes, as in a reshaped tensor. */
function isProduct(values: readonly number[], units: readonly (readonly number[])[], factors: number): boolean {
  if (values.every((value) => Math.abs(value - values[0]!) <= 1e-9 * Math.abs(values[0]!))) return true
  if (factors === 4) return false
  return units.some((unit, index) => {
    const rest = values.map((value, k) => value / unit[k]!)
    return isProduct(rest, units.slice(index), factors + 1)
  })
}

/** Whether values are `slope * unit + offset` up to rounding, with a positive slope. */
function isLinear(values: readonly number[], unit: readonly number[]): boolean {
  const low = unit.indexOf(Math.min(...unit))
  const high = unit.indexOf(Math.max(...unit))
  const slope = (values[high]! - values[low]!) / (unit[high]! - unit[low]!)
  const allowed = 2 + maxRounding * slope
  // a clipped size hardly grows between the ends, or is far from the line between them
  return (
    values[high]! - values[low]! > allowed &&
    values.every((value, k) => Math.abs(value - values[low]! - slope * (unit[k]! - unit[low]!)) <= allowed)
  )
}
