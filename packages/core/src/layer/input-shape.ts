import type { Shape } from '@gradus/tensor'
import type { InputShape } from './base-layer.ts'

/** Whether an input shape is that of a single tensor. */
export function isShape(shape: InputShape): shape is Shape {
  return Array.isArray(shape) && typeof shape[0] !== 'object'
}

/**
 * The shape of the first or only input.
 *
 * @example
 * import { firstShape } from '@gradus/core'
 * firstShape([3, 4]) // => [3, 4]
 * firstShape({ query: [3, 5, 2], value: [3, 7, 2] }) // => [3, 5, 2]
 */
export function firstShape(shape: InputShape): Shape {
  if (isShape(shape)) return shape
  const [first = []] = Object.values(shape) as InputShape[]
  return firstShape(first)
}

/** The same structure with `map` applied to each shape. */
export function mapInputShape(shape: InputShape, map: (shape: Shape) => unknown): unknown {
  if (isShape(shape)) return map(shape)
  if (Array.isArray(shape)) return shape.map((entry: InputShape) => mapInputShape(entry, map))
  return Object.fromEntries(Object.entries(shape).map(([key, entry]) => [key, mapInputShape(entry as InputShape, map)]))
}
