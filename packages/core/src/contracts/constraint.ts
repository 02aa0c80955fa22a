import type { Tensor } from '@gradus/tensor'
import { Configured } from '../config/configured.ts'

/** Puts a parameter back into a permitted set after each update. */
export abstract class Constraint<C extends object = object> extends Configured<'constraint', C> {
  static readonly kind = 'constraint'
  abstract project(x: Tensor): Tensor
}
