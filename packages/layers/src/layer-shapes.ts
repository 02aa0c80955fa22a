import type { BaseLayer, InputShape } from '@gradus/core'
import { formatShape, type Shape, ShapeError } from '@gradus/tensor'

type Titled = Pick<BaseLayer, 'type'> & { readonly config: object }

/** A layer in messages: its type, and its name if it was given one. */
export function titleOf(layer: Titled): string {
  const { name } = layer.config as { readonly name?: string }
  return name === undefined ? layer.type : `${layer.type} '${name}'`
}

/** A `ShapeError` that names the layer, the expected input, the shape of the given one, and a remedy. */
export function shapeError(layer: Titled, expected: string, got: Shape, advice: string): ShapeError {
  return new ShapeError(`${titleOf(layer)} expects ${expected} and got ${formatShape(got)}. ${advice}`)
}

/** The shapes of all inputs, in order. */
function allShapes(shape: InputShape): Shape[] {
  if (!Array.isArray(shape)) return Object.values(shape).flatMap((entry) => allShapes(entry as InputShape))
  return typeof shape[0] === 'object' ? shape.flatMap((entry) => allShapes(entry as InputShape)) : [shape as Shape]
}

/** The shape of the first or only input. */
export function firstShape(shape: InputShape): Shape {
  return allShapes(shape)[0] ?? []
}
