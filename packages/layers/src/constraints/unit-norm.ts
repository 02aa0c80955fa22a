import { type ConfigOf, Constraint, type OptionsOf } from '@gradus/core'
import { add, div, type Tensor } from '@gradus/tensor'
import { normsOver } from './norm.ts'

const fields = {
  /** The axis, or axes, over which norms are taken; 0 is the inputs of a `Dense` kernel. */
  axis: { type: ['integer', 'numbers'], default: 0 },
} as const

/** The options of `UnitNorm`. */
export interface UnitNormConfig extends ConfigOf<typeof fields> {}

/** Scales vectors to the norm 1; vectors of zeros stay. Keras: `UnitNorm`. */
export class UnitNorm extends Constraint<UnitNormConfig> {
  static readonly type = 'UnitNorm'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  project(x: Tensor): Tensor {
    return div(x, add(normsOver(x, this.options.axis), 1e-7))
  }
}
