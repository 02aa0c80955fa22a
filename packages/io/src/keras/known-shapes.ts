import type { Fail } from './application.ts'
import { KerasTensor } from './saved-call.ts'

/** The value as a list: itself, or a list of one. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

function shapeOf(x: unknown, fail: Fail): readonly (number | null)[] {
  if (x instanceof KerasTensor && x.shape) return x.shape
  throw fail('does not say the shape of its input')
}

/** The rank of a tensor. Throws the error of `fail` if its shape is not known. */
export function rankOf(x: unknown, fail: Fail): number {
  return shapeOf(x, fail).length
}

/** The size of an axis. Throws the error of `fail` if it is not known. */
export function sizeOf(x: unknown, axis: number, fail: Fail): number {
  const size = shapeOf(x, fail).at(axis)
  if (typeof size === 'number') return size
  throw fail(`cuts axis ${axis}, whose size is not known`)
}
