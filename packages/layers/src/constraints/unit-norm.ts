import { Constraint, type Fields } from '@gradus/core'
import { add, div, type Tensor } from '@gradus/tensor'
import { type NormAxisConfig, normsOver } from './norm.ts'

export interface UnitNormConfig extends NormAxisConfig {}

/** Norms of 1. Keras: `UnitNorm`. */
export class UnitNorm extends Constraint<UnitNormConfig> {
  static readonly type = 'UnitNorm'
  static override readonly fields = { axis: ['integer', 'numbers'] } satisfies Fields<UnitNormConfig>

  project(x: Tensor): Tensor {
    return div(x, add(normsOver(x, this.config.axis), 1e-7))
  }
}
