import { formatShape, type Shape, ShapeError } from '@gradus/tensor'
import type { BaseLayer } from './base-layer.ts'

type Titled = Pick<BaseLayer, 'type'> & { readonly config: object }

/**
 * A layer in messages: its type, and its name if it was given one.
 *
 * @example
 * import { titleOf } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * titleOf(new Dense({ units: 2, name: 'scores' })) // => "Dense 'scores'"
 */
export function titleOf(layer: Titled): string {
  const { name } = layer.config as { readonly name?: string }
  return name ? `${layer.type} '${name}'` : layer.type
}

/**
 * A `ShapeError` that names the layer, the expected input, the shape of the given one, and a remedy.
 *
 * @example
 * import { shapeError } from '@gradus/core'
 * import { Dense } from '@gradus/layers'
 * const error = shapeError(new Dense({ units: 2 }), 'at least two axes', [3], 'Add one with reshape.')
 * error.message // => 'Dense expects at least two axes and got [3]. Add one with reshape.'
 */
export function shapeError(layer: Titled, expected: string, got: Shape, advice: string): ShapeError {
  return new ShapeError(`${titleOf(layer)} expects ${expected} and got ${formatShape(got)}. ${advice}`)
}
