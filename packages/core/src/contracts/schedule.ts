import type { Tensor } from '@gradus/tensor'
import { Configured } from '../config/configured.ts'

/**
 * The base class of schedules: learning rates that depend on the step.
 *
 * @example
 * import { Schedule } from '@gradus/core'
 * import { cast, div, tensor } from '@gradus/tensor'
 * class Harmonic extends Schedule {
 *   static readonly type = 'acme/Harmonic'
 *   at(step) {
 *     return div(1, cast(step, 'float32'))
 *   }
 * }
 * new Harmonic().at(tensor(4, { dtype: 'int32' })).item() // => 0.25
 */
export abstract class Schedule<C extends object = object> extends Configured<'schedule', C> {
  static readonly kind = 'schedule'
  /** The rate (float32 scalar) at `step` (int32 scalar, 0 at the first update). Made of ops: it runs inside compiled steps. */
  abstract at(step: Tensor): Tensor
}
