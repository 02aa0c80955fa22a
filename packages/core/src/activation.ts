import type { Tensor } from '@gradus/tensor'
import { Configured } from './configured.ts'

/** A function of one tensor that keeps its shape (`glu` halves an axis), with a name and options. */
export abstract class Activation<C extends object = object> extends Configured<'activation', C> {
  static readonly kind = 'activation'
  abstract compute(x: Tensor): Tensor
}
