import { add, div, type Tensor } from '@gradus/tensor'
import { floatInput } from '../float-input.ts'
import { ElementwiseMerge, type MaskedInput } from './merge-layer.ts'

/**
 * The mean of a list of tensors, element by element, with shapes broadcast as by `Add`. Throws `ShapeError` for a single tensor
 * and for shapes that do not fit. Keras: `Average`.
 *
 * @example
 * import { Average } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Average().call([tensor([[1, 2]]), tensor([[5, 0]])]).array() // => [[3, 1]]
 */
export class Average extends ElementwiseMerge {
  static readonly type = 'Average'
  static override readonly fields = {}

  protected override combine(inputs: readonly MaskedInput[]): Tensor {
    const sum = inputs.map(({ x }) => floatInput(this, x)).reduce((a, b) => add(a, b))
    return div(sum, inputs.length)
  }
}
