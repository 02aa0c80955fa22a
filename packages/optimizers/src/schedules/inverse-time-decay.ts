import { type ConfigOf, type OptionsOf, Schedule } from '@gradus/core'
import { add, cast, div, floor, mul, type Tensor } from '@gradus/tensor'

const fields = {
  /** The learning rate at the first step. */
  initialLearningRate: { type: 'number', required: true, example: '0.1' },
  /** Steps after which the rate is divided by 1 + `decayRate`, after twice as many by 1 + 2 `decayRate`, and so on. */
  decaySteps: { type: 'number', above: 0, required: true, example: '1000' },
  /** The growth of the divisor within `decaySteps`. */
  decayRate: { type: 'number', required: true, example: '0.5' },
  /** Whether the rate changes only every `decaySteps`. */
  staircase: { type: 'boolean', default: false },
} as const

/** Options of `InverseTimeDecay`. */
export interface InverseTimeDecayConfig extends ConfigOf<typeof fields> {}

/**
 * Computes initialLearningRate / (1 + decayRate * step / decaySteps). Source: Keras `schedules.InverseTimeDecay`.
 *
 * @example
 * import { InverseTimeDecay } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const schedule = new InverseTimeDecay({ initialLearningRate: 0.5, decaySteps: 10, decayRate: 0.5 })
 * schedule.at(tensor(20, { dtype: 'int32' })).item() // => 0.25
 */
export class InverseTimeDecay extends Schedule<InverseTimeDecayConfig> {
  static readonly type = 'InverseTimeDecay'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  at(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.options
    const passed = div(cast(step, 'float32'), decaySteps)
    return div(initialLearningRate, add(mul(staircase ? floor(passed) : passed, decayRate), 1))
  }
}
