import type { DType, Shape, Tensor } from '@gradus/tensor'
import { Configured } from '../config/configured.ts'

/** Makes the first value of a parameter. */
export abstract class Initializer<C extends object = object> extends Configured<'initializer', C> {
  static readonly kind = 'initializer'
  /** A tensor of `shape`; `key` (uint32 `[2]`) decides the random ones. */
  abstract make(key: Tensor, shape: Shape, dtype: DType): Tensor
}
