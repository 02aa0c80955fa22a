import { type ConfigOf, type OptionsOf, Schedule } from '@gradus/core'
import { cast, div, floor, mul, pow, type Tensor } from '@gradus/tensor'

const fields = {
  /** The learning rate at the first step. */
  initialLearningRate: { type: 'number', required: true, example: '0.1' },
  /** Steps after which the rate is multiplied by `decayRate`. */
  decaySteps: { type: 'number', above: 0, required: true, example: '1000' },
  /** The factor of the rate after `decaySteps`. */
  decayRate: { type: 'number', required: true, example: '0.96' },
  /** Whether the rate changes only every `decaySteps`. */
  staircase: { type: 'boolean', default: false },
} as const

/** Options of `ExponentialDecay`. */
export interface ExponentialDecayConfig extends ConfigOf<typeof fields> {}

/**
 * Computes initialLearningRate * decayRate ^ (step / decaySteps). Source: Keras `schedules.ExponentialDecay`.
 *
 * @example
 * import { ExponentialDecay } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const schedule = new ExponentialDecay({ initialLearningRate: 0.5, decaySteps: 10, decayRate: 0.5 })
 * schedule.at(tensor(20, { dtype: 'int32' })).item() // => 0.125
 */
export class ExponentialDecay extends Schedule<ExponentialDecayConfig> {
  static readonly type = 'ExponentialDecay'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  at(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.options
    const passed = div(cast(step, 'float32'), decaySteps)
    return mul(pow(decayRate, staircase ? floor(passed) : passed), initialLearningRate)
  }
}
