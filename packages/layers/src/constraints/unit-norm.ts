import { type ConfigOf, Constraint, type OptionsOf } from '@gradus/core'
import { add, div, type Tensor } from '@gradus/tensor'
import { normsOver } from './norm.ts'

const fields = {
  /** The axis, or axes, over which norms are taken; 0 is the inputs of a `Dense` kernel. */
  axis: { type: ['integer', 'numbers'], default: 0 },
} as const

export interface UnitNormConfig extends ConfigOf<typeof fields> {}

/** Norms of 1. Keras: `UnitNorm`. */
export class UnitNorm extends Constraint<UnitNormConfig> {
  static readonly type = 'UnitNorm'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  project(x: Tensor): Tensor {
    return div(x, add(normsOver(x, this.options.axis), 1e-7))
  }
}
