import type { Fail } from './application.ts'
import { KerasTensor } from './saved-call.ts'

export function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value]
}

function shapeOf(x: unknown, fail: Fail): readonly (number | null)[] {
  if (x instanceof KerasTensor && x.shape) return x.shape
  throw fail('does not say the shape of its input')
}

export function rankOf(x: unknown, fail: Fail): number {
  return shapeOf(x, fail).length
}

export function sizeOf(x: unknown, axis: number, fail: Fail): number {
  const size = shapeOf(x, fail).at(axis)
  if (typeof size === 'number') return size
  throw fail(`cuts axis ${axis}, whose size is not known`)
}
