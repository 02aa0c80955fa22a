import type { Layer } from '@gradus/core'
import { formatShape, type Shape, ShapeError } from '@gradus/tensor'

/** How messages call a layer: its type, and its name if it was given one. */
export function titleOf(layer: Pick<Layer, 'type'> & { readonly config: object }): string {
  const { name } = layer.config as { readonly name?: string }
  return name === undefined ? layer.type : `${layer.type} '${name}'`
}

/** A `ShapeError` that says what the layer expects and what it got. */
export function shapeError(
  layer: Pick<Layer, 'type'> & { readonly config: object },
  expected: string,
  got: Shape,
  advice: string,
): ShapeError {
  return new ShapeError(`${titleOf(layer)} expects ${expected} and got ${formatShape(got)}. ${advice}`)
}

/** The shape of the first input, whether one or several were given. */
export function firstShape(shape: Shape | readonly Shape[]): Shape {
  return Array.isArray(shape[0]) ? (shape[0] as Shape) : (shape as Shape)
}
