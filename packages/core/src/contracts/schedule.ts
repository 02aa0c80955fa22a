import type { Tensor } from '@gradus/tensor'
import { Configured } from '../config/configured.ts'
import type { ConfigOf, FieldTable } from '../config/fields.ts'

const fields = {
  /** A name, which is kept in files and has no other use. */
  name: 'string',
} as const

/** Options that every schedule takes. */
export interface ScheduleConfig extends ConfigOf<typeof fields> {}

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
export abstract class Schedule<C extends object = object> extends Configured<'schedule', C & ScheduleConfig> {
  static readonly kind = 'schedule'
  /** The method that each class of the kind defines; Keras's is `call`. */
  static readonly ownMethod: string = 'at(step)'
  static override readonly fields: FieldTable = fields

  /** The rate (float32 scalar) at `step` (int32 scalar, 0 at the first update). Made of ops: it runs inside compiled steps. */
  abstract at(step: Tensor): Tensor
}
