import { type ConfigOf, Constraint, type OptionsOf } from '@gradus/core'
import { add, maximum, minimum, mul, type Tensor } from '@gradus/tensor'
import { normsOver, rescaled } from './norm.ts'

const fields = {
  /** The smallest norm. */
  minValue: { type: 'number', default: 0, min: 0 },
  /** The largest norm. */
  maxValue: { type: 'number', default: 1, min: 0 },
  /** The fraction of the distance to the permitted norm that each update covers. */
  rate: { type: 'number', default: 1, min: 0, max: 1 },
  /** The axis, or axes, over which norms are taken; 0 is the inputs of a `Dense` kernel. */
  axis: { type: ['integer', 'numbers'], default: 0 },
} as const

/** The options of `MinMaxNorm`. */
export interface MinMaxNormConfig extends ConfigOf<typeof fields> {}

/** Scales vectors to norms between `minValue` and `maxValue`. Keras: `MinMaxNorm`. */
export class MinMaxNorm extends Constraint<MinMaxNormConfig> {
  static readonly type = 'MinMaxNorm'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  project(x: Tensor): Tensor {
    const { minValue, maxValue, rate, axis } = this.options
    const norms = normsOver(x, axis)
    const permitted = minimum(maximum(norms, minValue), maxValue)
    return rescaled(x, norms, add(mul(permitted, rate), mul(norms, 1 - rate)))
  }
}
