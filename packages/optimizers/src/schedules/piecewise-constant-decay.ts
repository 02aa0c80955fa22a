import { ConfigError, type ConfigOf, type OptionsOf, Schedule } from '@gradus/core'
import { full, greater, type Tensor, where } from '@gradus/tensor'

const fields = {
  /** Steps after which the rate changes, in increasing order. */
  boundaries: { type: 'numbers', required: true, example: '[1000, 2000]' },
  /** The rates before, between and after the boundaries: one more than these. */
  values: { type: 'numbers', required: true, example: '[0.1, 0.05, 0.01]' },
} as const

/** Options of `PiecewiseConstantDecay`. */
export interface PiecewiseConstantDecayConfig extends ConfigOf<typeof fields> {}

/**
 * The rate is `values[i]` from the step after `boundaries[i - 1]` to the step `boundaries[i]`. The constructor throws
 * `ConfigError` if the number of values is not that of the boundaries plus one, or the boundaries do not increase. Source: Keras
 * `schedules.PiecewiseConstantDecay`.
 *
 * @example
 * import { PiecewiseConstantDecay } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const schedule = new PiecewiseConstantDecay({ boundaries: [10, 20], values: [1, 0.5, 0.25] })
 * const at = (step) => schedule.at(tensor(step, { dtype: 'int32' })).item()
 * [at(0), at(10), at(11), at(20), at(21)] // => [1, 1, 0.5, 0.5, 0.25]
 */
export class PiecewiseConstantDecay extends Schedule<PiecewiseConstantDecayConfig> {
  static readonly type = 'PiecewiseConstantDecay'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(config: PiecewiseConstantDecayConfig) {
    super(config)
    const { boundaries, values } = this.options
    if (values.length !== boundaries.length + 1 || boundaries.length === 0) {
      throw new ConfigError(
        `PiecewiseConstantDecay: 'values' must have one entry more than 'boundaries', which needs at least one; there are ${values.length} values and ${boundaries.length} boundaries.`,
      )
    }
    const wrong = boundaries.findIndex((boundary, index) => index > 0 && boundary <= boundaries[index - 1]!)
    if (wrong < 0) return
    throw new ConfigError(
      `PiecewiseConstantDecay: 'boundaries' must increase, and ${boundaries[wrong]} comes after ${boundaries[wrong - 1]}.`,
    )
  }

  at(step: Tensor): Tensor {
    const { boundaries, values } = this.options
    return boundaries.reduce<Tensor>(
      // steps are whole numbers, as boundaries are in Keras
      (rate, boundary, index) => where(greater(step, Math.trunc(boundary)), values[index + 1]!, rate),
      full([], values[0]!, 'float32', step),
    )
  }
}
