import type { Tensor } from '@gradus/tensor'
import { Configured } from '../config/configured.ts'

/**
 * The base class of constraints, which project a parameter onto a set of permitted values after each update.
 *
 * @example
 * import { Constraint } from '@gradus/core'
 * import { maximum, tensor } from '@gradus/tensor'
 * class AtLeast extends Constraint {
 *   static type = 'acme/AtLeast'
 *   static fields = { value: { type: 'number', default: 0 } }
 *   project(x) {
 *     return maximum(x, this.options.value)
 *   }
 * }
 * new AtLeast({ value: 1 }).project(tensor([0, 3])).array() // => [1, 3]
 */
export abstract class Constraint<C extends object = object> extends Configured<'constraint', C> {
  static readonly kind = 'constraint'
  /** The method that each class of the kind defines; Keras's is `call`. */
  static readonly ownMethod: string = 'project(x)'
  /** Returns a permitted value in the shape and dtype of `x`. */
  abstract project(x: Tensor): Tensor
}
