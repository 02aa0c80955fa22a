import { formatShape, isFloat, sameShape } from '@gradus/tensor'
import type { Aval } from '@gradus/tensor/internals'
import type { HostTensor } from './host.ts'

/**
 * Throws unless two tensors have the same shape and dtype and close values: `|a - b| <= tolerance * (1 + |b|)` for floats, equal
 * ones for other dtypes. The message begins with `label`.
 */
export function assertClose(label: string, actual: HostTensor, expected: HostTensor, tolerance: number): void {
  assertAlike(label, actual, expected)
  const index = firstDifference(actual.values, expected.values, isFloat(expected.dtype) ? tolerance : 0)
  if (index === undefined) return
  const position = expected.shape.length === 0 ? '' : ` at ${formatShape(positionOf(index, expected.shape))}`
  throw new Error(
    `${label}: ${format(actual.values[index]!)} instead of ${format(expected.values[index]!)}${position} of ${expected.dtype}${formatShape(expected.shape)} ` +
      `(tolerance ${isFloat(expected.dtype) ? tolerance : 'none'}).`,
  )
}

/** Throws unless two tensors have the same shape and dtype. */
export function assertAlike(label: string, actual: Aval, expected: Aval): void {
  if (actual.dtype === expected.dtype && sameShape(actual.shape, expected.shape)) return
  throw new Error(
    `${label}: ${actual.dtype}${formatShape(actual.shape)} instead of ${expected.dtype}${formatShape(expected.shape)}.`,
  )
}

/** Like `assertClose` for lists of tensors. */
export function assertAllClose(
  label: string,
  actual: readonly HostTensor[],
  expected: readonly HostTensor[],
  tolerance: number,
): void {
  if (actual.length !== expected.length)
    throw new Error(`${label}: ${actual.length} tensors instead of ${expected.length}.`)
  actual.forEach((tensor, index) => {
    assertClose(actual.length === 1 ? label : `${label}, tensor ${index}`, tensor, expected[index]!, tolerance)
  })
}

/** The index of the first pair that differs by more than `tolerance * (1 + |expected|)`. NaN equals NaN, -0 equals 0. */
export function firstDifference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): number | undefined {
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!
    const b = expected[i]!
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue
    if (!(Math.abs(a - b) <= tolerance * (1 + Math.abs(b))) || !Number.isFinite(b)) return i
  }
  return undefined
}

/** The coordinates of the flat index `index`. */
export function positionOf(index: number, shape: readonly number[]): number[] {
  const position: number[] = new Array(shape.length)
  let rest = index
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position[axis] = rest % shape[axis]!
    rest = Math.floor(rest / shape[axis]!)
  }
  return position
}

function format(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(9)
}
