import { maximum, type Tensor } from '@gradus/tensor'
import { combineMasked } from './extremes.ts'
import { ElementwiseMerge, type MaskedInput } from './merge-layer.ts'

/**
 * The largest of the elements of a list of tensors at each position, with shapes broadcast as by `Add`. A masked entry is replaced by
 * that of another input. Throws `ShapeError` for a single tensor and for shapes that do not fit. Keras: `Maximum`.
 *
 * @example
 * import { Maximum } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Maximum().call([tensor([[1, 2]]), tensor([[5, 0]])]).array() // => [[5, 2]]
 */
export class Maximum extends ElementwiseMerge {
  static readonly type = 'Maximum'
  static override readonly fields = {}

  protected override combine(inputs: readonly MaskedInput[]): Tensor {
    return combineMasked(inputs, (a, b) => maximum(a, b))
  }
}
