import type { Tensor } from '@gradus/tensor'
import { Configured } from './configured.ts'

/** A learning rate that depends on the step. */
export abstract class Schedule<C extends object = object> extends Configured<'schedule', C> {
  static readonly kind = 'schedule'
  /** The rate (float32 scalar) at `step` (int32 scalar, 0 at the first update). Made of ops: it runs inside compiled steps. */
  abstract at(step: Tensor): Tensor
}
