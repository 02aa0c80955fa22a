import { Constraint, type Fields } from '@gradus/core'
import { add, maximum, minimum, mul, type Tensor } from '@gradus/tensor'
import { type NormAxisConfig, normsOver, rescaled } from './norm.ts'

export interface MinMaxNormConfig extends NormAxisConfig {
  /** Smallest norm (default 0). */
  readonly minValue?: number
  /** Largest norm (default 1). */
  readonly maxValue?: number
  /** How far towards the permitted norm each update goes, from 0 to 1 (default 1). */
  readonly rate?: number
}

/** Norms between `minValue` and `maxValue`. Keras: `MinMaxNorm`. */
export class MinMaxNorm extends Constraint<MinMaxNormConfig> {
  static readonly type = 'MinMaxNorm'
  static override readonly fields = {
    minValue: 'number',
    maxValue: 'number',
    rate: 'number',
    axis: ['integer', 'numbers'],
  } satisfies Fields<MinMaxNormConfig>

  project(x: Tensor): Tensor {
    const { minValue = 0, maxValue = 1, rate = 1, axis } = this.config
    const norms = normsOver(x, axis)
    const permitted = minimum(maximum(norms, minValue), maxValue)
    return rescaled(x, norms, add(mul(permitted, rate), mul(norms, 1 - rate)))
  }
}
