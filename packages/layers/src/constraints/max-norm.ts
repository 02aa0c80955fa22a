import { type ConfigOf, Constraint, type OptionsOf } from '@gradus/core'
import { minimum, type Tensor } from '@gradus/tensor'
import { normsOver, rescaled } from './norm.ts'

const fields = {
  /** The largest norm. */
  maxValue: { type: 'number', default: 2, min: 0 },
  /** The axis, or axes, over which norms are taken; 0 is the inputs of a `Dense` kernel. */
  axis: { type: ['integer', 'numbers'], default: 0 },
} as const

/** The options of `MaxNorm`. */
export interface MaxNormConfig extends ConfigOf<typeof fields> {}

/**
 * Scales vectors with a larger norm to the norm `maxValue`. Keras: `MaxNorm`.
 *
 * @example
 * import { MaxNorm } from '@gradus/layers/constraints'
 * import { tensor } from '@gradus/tensor'
 * new MaxNorm({ maxValue: 5 }).project(tensor([[3], [4]])).shape // => [2, 1]
 */
export class MaxNorm extends Constraint<MaxNormConfig> {
  static readonly type = 'MaxNorm'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  project(x: Tensor): Tensor {
    const { maxValue, axis } = this.options
    const norms = normsOver(x, axis)
    return rescaled(x, norms, minimum(norms, maxValue))
  }
}
