import { logicalOr, mul, type Tensor, where } from '@gradus/tensor'
import { ElementwiseMerge, type MaskedInput } from './merge-layer.ts'

/**
 * The product of a list of tensors, element by element, with shapes broadcast as by `Add`. Masked entries count as 1; where all
 * inputs are masked, the result is 0. Throws `ShapeError` for a single tensor and for shapes that do not fit. Keras: `Multiply`.
 *
 * @example
 * import { Multiply } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Multiply().call([tensor([[5, 2]]), tensor([[2, 4]])]).array() // => [[10, 8]]
 */
export class Multiply extends ElementwiseMerge {
  static readonly type = 'Multiply'
  static override readonly fields = {}

  protected override combine(inputs: readonly MaskedInput[]): Tensor {
    const product = inputs.map(({ x, mask }) => (mask ? where(mask, x, 1) : x)).reduce((a, b) => mul(a, b))
    const masks = inputs.flatMap(({ mask }) => mask ?? [])
    if (masks.length < inputs.length) return product
    return where(
      masks.reduce((a, b) => logicalOr(a, b)),
      product,
      0,
    )
  }
}
