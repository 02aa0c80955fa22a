import { add, type Tensor } from '@gradus/tensor'
import { ElementwiseMerge, type MaskedInput } from './merge-layer.ts'

/**
 * The sum of a list of tensors, element by element. Shapes are broadcast: an input with fewer axes gets axes of size 1 after the
 * batch. Throws `ShapeError` for a single tensor and for shapes that do not fit. In place of Keras's function `add([a, b])` there
 * is the operation `add(a, b)`, which is used between layers as well. Keras: `Add`.
 *
 * @example
 * import { Add } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Add().call([tensor([[1, 2]]), tensor([[10]])]).array() // => [[11, 12]]
 */
export class Add extends ElementwiseMerge {
  static readonly type = 'Add'
  static override readonly fields = {}

  protected override combine(inputs: readonly MaskedInput[]): Tensor {
    return inputs.map(({ x }) => x).reduce((a, b) => add(a, b))
  }
}
