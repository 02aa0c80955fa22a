import { sub, type Tensor } from '@gradus/tensor'
import { ElementwiseMerge, type MaskedInput } from './merge-layer.ts'

/**
 * The first of two tensors minus the second, element by element, with shapes broadcast as by `Add`. Throws `ShapeError` unless
 * there are two inputs that fit. Keras: `Subtract`.
 *
 * @example
 * import { Subtract } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Subtract().call([tensor([[5, 2]]), tensor([[1, 4]])]).array() // => [[4, -2]]
 */
export class Subtract extends ElementwiseMerge {
  static readonly type = 'Subtract'
  static override readonly fields = {}

  protected override get inputCount(): number {
    return 2
  }

  protected override combine([a, b]: readonly MaskedInput[]): Tensor {
    return sub(a!.x, b!.x)
  }
}
