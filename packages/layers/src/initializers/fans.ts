import { formatShape, type Shape, ShapeError } from '@gradus/tensor'

/** The numbers of inputs of each output (`fanIn`) and of outputs of each input (`fanOut`) of a parameter. */
export interface Fans {
  readonly fanIn: number
  readonly fanOut: number
}

/**
 * The fans of a shape by Keras's rule: the last two dimensions are inputs and outputs, those before them the receptive
 * field of a convolution. With both lists of axes, the fans are the products of these dimensions instead. Throws `ShapeError`
 * for axes that the shape does not have.
 *
 * @example
 * import { fansOf } from '@gradus/layers'
 * fansOf([3, 3, 16, 32]) // => { fanIn: 144, fanOut: 288 }
 */
export function fansOf(shape: Shape, inputAxes?: readonly number[], outputAxes?: readonly number[]): Fans {
  if (inputAxes && outputAxes) return { fanIn: productOf(shape, inputAxes), fanOut: productOf(shape, outputAxes) }
  if (shape.length === 0) return { fanIn: 1, fanOut: 1 }
  if (shape.length === 1) return { fanIn: shape[0]!, fanOut: shape[0]! }
  const field = shape.slice(0, -2).reduce((product, d) => product * d, 1)
  return { fanIn: shape.at(-2)! * field, fanOut: shape.at(-1)! * field }
}

function productOf(shape: Shape, axes: readonly number[]): number {
  return axes.reduce((product, axis) => {
    const dimension = shape.at(axis)
    if (dimension === undefined) {
      throw new ShapeError(
        `The initializer was given axis ${axis} and asked for a tensor of shape ${formatShape(shape)}, which has no such axis.`,
      )
    }
    return product * dimension
  }, 1)
}
