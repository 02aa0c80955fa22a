import { DataError } from '@gradus/core'
import { formatShape, type Shape } from '@gradus/tensor'
import type { Port } from './ports.ts'

/**
 * Fits the shape of values to an input. As in Keras, a missing last dimension of size 1 is added, and an extra one is dropped.
 * Throws `DataError` for a shape that does not fit then.
 */
export function fitShape(given: Shape, { name, shape: wanted }: Port): Shape {
  let shape = given
  if (shape.length === wanted.length - 1 && wanted.at(-1) === 1) shape = [...shape, 1]
  else if (shape.length === wanted.length + 1 && shape.at(-1) === 1) shape = shape.slice(0, -1)
  const fits =
    shape.length === wanted.length && wanted.every((d, axis) => d === null || axis === 0 || d === shape[axis])
  if (fits) return shape
  throw new DataError(
    `The input '${name}' expects samples of shape ${formatShape(wanted.slice(1))} and got an array of shape ${formatShape(given)}, ` +
      `which is ${given[0]} samples of shape ${formatShape(given.slice(1))}. Reshape the data, or change the model's input shape.`,
  )
}
