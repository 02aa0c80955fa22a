import type { Tensor } from '@gradus/tensor'
import { Configured } from '../config/configured.ts'

/**
 * The base class of regularizers: penalties on a parameter or an output, which are added to the loss.
 *
 * @example
 * import { Regularizer } from '@gradus/core'
 * import { max, mul, tensor } from '@gradus/tensor'
 * class Largest extends Regularizer {
 *   static type = 'acme/Largest'
 *   static fields = { factor: 'number' }
 *   loss(x) {
 *     return mul(max(x), this.options.factor)
 *   }
 * }
 * new Largest({ factor: 0.5 }).loss(tensor([2, 4])).item() // => 2
 */
export abstract class Regularizer<C extends object = object> extends Configured<'regularizer', C> {
  static readonly kind = 'regularizer'
  /** The method that each class of the kind defines; Keras's is `call`. */
  static readonly ownMethod: string = 'loss(x)'
  /** The penalty on `x`, a scalar. */
  abstract loss(x: Tensor): Tensor
}
