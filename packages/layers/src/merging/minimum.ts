import { minimum, type Tensor } from '@gradus/tensor'
import { combineMasked } from './extremes.ts'
import { ElementwiseMerge, type MaskedInput } from './merge-layer.ts'

/**
 * The smallest of the elements of a list of tensors at each position, with shapes broadcast as by `Add`. A masked entry is replaced by
 * that of another input. Throws `ShapeError` for a single tensor and for shapes that do not fit. Keras: `Minimum`.
 *
 * @example
 * import { Minimum } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Minimum().call([tensor([[1, 2]]), tensor([[5, 0]])]).array() // => [[1, 0]]
 */
export class Minimum extends ElementwiseMerge {
  static readonly type = 'Minimum'
  static override readonly fields = {}

  protected override combine(inputs: readonly MaskedInput[]): Tensor {
    return combineMasked(inputs, (a, b) => minimum(a, b))
  }
}
