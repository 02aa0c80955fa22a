import { SymbolicTensor, Tensor } from '@gradus/tensor'

/** A leaf, or leaves nested in arrays and plain objects. */
export type Structure<L> = L | readonly Structure<L>[] | { readonly [key: string]: Structure<L> }

/** The same structure with `map` applied to each tensor, symbolic or not; other values are kept. */
export function mapLeaves(value: unknown, map: (leaf: Tensor | SymbolicTensor) => unknown): unknown {
  if (value instanceof Tensor || value instanceof SymbolicTensor) return map(value)
  if (Array.isArray(value)) return isFlat(value) ? value : value.map((entry) => mapLeaves(entry, map))
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, mapLeaves(entry, map)]))
}

/** The tensors of a structure, symbolic or not, in a fixed order. */
export function leavesOf(value: unknown): (Tensor | SymbolicTensor)[] {
  const leaves: (Tensor | SymbolicTensor)[] = []
  mapLeaves(value, (leaf) => leaves.push(leaf))
  return leaves
}

/** Whether a list holds plain values, such as numbers, and so no tensors. Only the first element is checked. */
export function isFlat(list: readonly unknown[]): boolean {
  return list.length > 0 && typeof list[0] !== 'object' && typeof list[0] !== 'undefined'
}

/** Whether a value is a plain object, such as `{ a: 1 }`, rather than an instance of a class or an array. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
