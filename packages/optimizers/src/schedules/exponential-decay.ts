import { type ConfigArgument, type Fields, Schedule } from '@gradus/core'
import { cast, div, floor, mul, pow, type Tensor } from '@gradus/tensor'
import { requireDecaySteps } from './decay-steps.ts'

export interface ExponentialDecayConfig {
  readonly initialLearningRate: number
  /** Steps over which the rate is multiplied by `decayRate`; more than 0. */
  readonly decaySteps: number
  readonly decayRate: number
  /** Decay in jumps, once every `decaySteps`. Default false. */
  readonly staircase?: boolean
}

/**
 * initialLearningRate * decayRate ^ (step / decaySteps). Source: Keras `schedules.ExponentialDecay`.
 *
 * @example
 * import { ExponentialDecay } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const schedule = new ExponentialDecay({ initialLearningRate: 0.5, decaySteps: 10, decayRate: 0.5 })
 * schedule.at(tensor(20, { dtype: 'int32' })).item() // => 0.125
 */
export class ExponentialDecay extends Schedule<ExponentialDecayConfig> {
  static readonly type = 'ExponentialDecay'
  static override readonly fields = {
    initialLearningRate: 'number',
    decaySteps: 'number',
    decayRate: 'number',
    staircase: 'boolean',
  } satisfies Fields<ExponentialDecayConfig>

  constructor(...config: ConfigArgument<ExponentialDecayConfig>) {
    super(...config)
    requireDecaySteps(this.type, this.config.decaySteps)
  }

  at(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this.config
    const passed = div(cast(step, 'float32'), decaySteps)
    return mul(pow(decayRate, staircase ? floor(passed) : passed), initialLearningRate)
  }
}
