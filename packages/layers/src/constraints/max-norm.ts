import { Constraint, type Fields } from '@gradus/core'
import { minimum, type Tensor } from '@gradus/tensor'
import { type NormAxisConfig, normsOver, rescaled } from './norm.ts'

export interface MaxNormConfig extends NormAxisConfig {
  /** Largest norm (default 2). */
  readonly maxValue?: number
}

/**
 * Norms of at most `maxValue`. Keras: `MaxNorm`.
 *
 * @example
 * import { MaxNorm } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new MaxNorm({ maxValue: 5 }).project(tensor([[3], [4]])).shape // => [2, 1]
 */
export class MaxNorm extends Constraint<MaxNormConfig> {
  static readonly type = 'MaxNorm'
  static override readonly fields = { maxValue: 'number', axis: ['integer', 'numbers'] } satisfies Fields<MaxNormConfig>

  project(x: Tensor): Tensor {
    const { maxValue = 2, axis } = this.config
    const norms = normsOver(x, axis)
    return rescaled(x, norms, minimum(norms, maxValue))
  }
}
