import type { DType, Shape, Tensor } from '@gradus/tensor'
import { Configured } from '../config/configured.ts'

/**
 * The base class of initializers, which make the initial value of a parameter.
 *
 * @example
 * import { Initializer, Rng } from '@gradus/core'
 * import { full } from '@gradus/tensor'
 * class Halves extends Initializer {
 *   static type = 'acme/Halves'
 *   make(key, shape, dtype) {
 *     return full(shape, 0.5, dtype)
 *   }
 * }
 * new Halves().make(new Rng(1).next(), [2], 'float32').array() // => [0.5, 0.5]
 */
export abstract class Initializer<C extends object = object> extends Configured<'initializer', C> {
  static readonly kind = 'initializer'
  /** The method that each class of the kind defines; Keras's is `call`. */
  static readonly ownMethod: string = 'make(key, shape, dtype)'
  /** A tensor of `shape` and `dtype`. Random values depend on `key`, uint32 `[2]`. */
  abstract make(key: Tensor, shape: Shape, dtype: DType): Tensor
}
