import { type ConfigOf, type OptionsOf, Schedule } from '@gradus/core'
import { add, cast, ceil, div, maximum, minimum, mul, pow, sub, type Tensor } from '@gradus/tensor'

const fields = {
  /** The learning rate at the first step. */
  initialLearningRate: { type: 'number', required: true, example: '0.1' },
  /** Steps until the rate is `endLearningRate`. */
  decaySteps: { type: 'number', above: 0, required: true, example: '1000' },
  /** The learning rate at the end. */
  endLearningRate: { type: 'number', default: 1e-4 },
  /** The exponent: 1 falls linearly. */
  power: { type: 'number', default: 1 },
  /** Whether to rise again after each `decaySteps`: the decay then takes the next multiple of `decaySteps`. */
  cycle: { type: 'boolean', default: false },
} as const

/** Options of `PolynomialDecay`. */
export interface PolynomialDecayConfig extends ConfigOf<typeof fields> {}

/**
 * Decays the rate over `decaySteps` and is constant then: (initialLearningRate - endLearningRate) * (1 - step / decaySteps) ^
 * power + endLearningRate. With `cycle`, decaySteps is rounded up to the first multiple that is not below the step. Source:
 * Keras `schedules.PolynomialDecay`.
 *
 * @example
 * import { PolynomialDecay } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const schedule = new PolynomialDecay({ initialLearningRate: 1, decaySteps: 10, endLearningRate: 0, power: 2 })
 * schedule.at(tensor(5, { dtype: 'int32' })).item() // => 0.25
 */
export class PolynomialDecay extends Schedule<PolynomialDecayConfig> {
  static readonly type = 'PolynomialDecay'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  at(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, endLearningRate, power, cycle } = this.options
    const now = cast(step, 'float32')
    const passed = cycle
      ? div(now, mul(maximum(ceil(div(now, decaySteps)), 1), decaySteps))
      : div(minimum(now, decaySteps), decaySteps)
    const range = Math.fround(initialLearningRate) - Math.fround(endLearningRate)
    return add(mul(pow(sub(1, passed), power), range), endLearningRate)
  }
}
