import type { Tensor } from '@gradus/tensor'
import { Configured } from '../config/configured.ts'

/** A penalty on a tensor, added to the loss. */
export abstract class Regularizer<C extends object = object> extends Configured<'regularizer', C> {
  static readonly kind = 'regularizer'
  /** A scalar. */
  abstract loss(x: Tensor): Tensor
}
