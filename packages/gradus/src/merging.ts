// The functions that Keras has beside its merging layers: each makes the layer and calls it on a list of tensors.

import type { Layer, LayerOptions } from '@gradus/core'
import {
  Add,
  Average,
  Concatenate,
  type ConcatenateConfig,
  Dot,
  type DotConfig,
  Maximum,
  Minimum,
  Multiply,
  Subtract,
} from '@gradus/layers'
import type { SymbolicTensor, Tensor } from '@gradus/tensor'

/** A function that merges tensors, or the symbolic tensors of a functional model. */
export type Merging<C extends object = object> = <T extends Tensor | SymbolicTensor>(
  inputs: readonly T[],
  config?: LayerOptions<C>,
) => T

/**
 * Returns the sum of tensors, element by element: `new Add(config).call(inputs)`. Throws `ShapeError` for shapes that do not fit.
 * Keras: `layers.add`.
 *
 * @example
 * import { layers, tensor } from 'gradus'
 * layers.add([tensor([[1, 2]]), tensor([[10, 20]])]).array() // => [[11, 22]]
 */
export const add: Merging = (inputs, config = {}) => merged(new Add(config), inputs)

/**
 * Returns the mean of tensors, element by element: `new Average(config).call(inputs)`. Throws `ShapeError` for shapes that do not fit.
 * Keras: `layers.average`.
 *
 * @example
 * import { layers, tensor } from 'gradus'
 * layers.average([tensor([[1, 2]]), tensor([[3, 6]])]).array() // => [[2, 4]]
 */
export const average: Merging = (inputs, config = {}) => merged(new Average(config), inputs)

/**
 * Returns the largest of tensors, element by element: `new Maximum(config).call(inputs)`. Throws `ShapeError` for shapes that do not fit.
 * Keras: `layers.maximum`.
 *
 * @example
 * import { layers, tensor } from 'gradus'
 * layers.maximum([tensor([[1, 5]]), tensor([[3, 4]])]).array() // => [[3, 5]]
 */
export const maximum: Merging = (inputs, config = {}) => merged(new Maximum(config), inputs)

/**
 * Returns the smallest of tensors, element by element: `new Minimum(config).call(inputs)`. Throws `ShapeError` for shapes that do not fit.
 * Keras: `layers.minimum`.
 *
 * @example
 * import { layers, tensor } from 'gradus'
 * layers.minimum([tensor([[1, 5]]), tensor([[3, 4]])]).array() // => [[1, 4]]
 */
export const minimum: Merging = (inputs, config = {}) => merged(new Minimum(config), inputs)

/**
 * Returns the product of tensors, element by element: `new Multiply(config).call(inputs)`. Throws `ShapeError` for shapes that do not fit.
 * Keras: `layers.multiply`.
 *
 * @example
 * import { layers, tensor } from 'gradus'
 * layers.multiply([tensor([[1, 2]]), tensor([[3, 4]])]).array() // => [[3, 8]]
 */
export const multiply: Merging = (inputs, config = {}) => merged(new Multiply(config), inputs)

/**
 * Returns the difference of two tensors, element by element: `new Subtract(config).call(inputs)`. Throws `ShapeError` for shapes that do not fit.
 * Keras: `layers.subtract`.
 *
 * @example
 * import { layers, tensor } from 'gradus'
 * layers.subtract([tensor([[1, 2]]), tensor([[3, 6]])]).array() // => [[-2, -4]]
 */
export const subtract: Merging = (inputs, config = {}) => merged(new Subtract(config), inputs)

/**
 * Joins tensors along `axis` (default the last): `new Concatenate(config).call(inputs)`. Throws `ShapeError` for shapes that do not
 * fit. Keras: `layers.concatenate`.
 *
 * @example
 * import { layers, tensor } from 'gradus'
 * layers.concatenate([tensor([[1, 2]]), tensor([[3]])]).array() // => [[1, 2, 3]]
 */
export const concatenate: Merging<ConcatenateConfig> = (inputs, config = {}) => merged(new Concatenate(config), inputs)

/**
 * Returns the products of two tensors, summed along `axes` (default the last of both): `new Dot(config).call(inputs)`. Throws
 * `ShapeError` for shapes that do not fit. Keras: `layers.dot`.
 *
 * @example
 * import { layers, tensor } from 'gradus'
 * layers.dot([tensor([[1, 2]]), tensor([[3, 4]])], { axes: 1 }).array() // => [[11]]
 */
export const dot: Merging<Partial<DotConfig>> = (inputs, config = {}) =>
  merged(new Dot({ axes: -1, ...config }), inputs)

function merged<T>(layer: Layer, inputs: readonly T[]): T {
  return layer.call(inputs as never) as T
}
