import { type ConfigArgument, type Fields, Schedule } from '@gradus/core'
import { add, cast, cos, div, less, minimum, mul, sub, type Tensor, where } from '@gradus/tensor'
import { requireDecaySteps } from './decay-steps.ts'

export interface CosineDecayConfig {
  readonly initialLearningRate: number
  /** Steps of the decay, after the warm-up; more than 0. */
  readonly decaySteps: number
  /** The rate at the end, as a fraction of the one at which the decay starts. Default 0. */
  readonly alpha?: number
  /** The rate at the end of the warm-up; without it there is none. */
  readonly warmupTarget?: number
  /** Steps of the warm-up. Default 0. */
  readonly warmupSteps?: number
}

/**
 * Half a cosine from the initial rate down to `alpha` times it over `decaySteps`, then constant:
 * rate * ((1 - alpha) * (1 + cos(pi * step / decaySteps)) / 2 + alpha). With `warmupTarget` the rate first rises to it in
 * a line over `warmupSteps` and the decay starts there. Source: Keras `schedules.CosineDecay`; Loshchilov & Hutter 2017.
 *
 * @example
 * import { CosineDecay } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const schedule = new CosineDecay({ initialLearningRate: 0, decaySteps: 10, warmupTarget: 0.5, warmupSteps: 4 })
 * const at = (step) => schedule.at(tensor(step, { dtype: 'int32' })).item().toFixed(3)
 * [at(0), at(2), at(4), at(9), at(14)] // => ['0.000', '0.250', '0.500', '0.250', '0.000']
 */
export class CosineDecay extends Schedule<CosineDecayConfig> {
  static readonly type = 'CosineDecay'
  static override readonly fields = {
    initialLearningRate: 'number',
    decaySteps: 'number',
    alpha: 'number',
    warmupTarget: 'number',
    warmupSteps: 'number',
  } satisfies Fields<CosineDecayConfig>

  constructor(...config: ConfigArgument<CosineDecayConfig>) {
    super(...config)
    requireDecaySteps(this.type, this.config.decaySteps)
  }

  at(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, warmupTarget, warmupSteps = 0 } = this.config
    const now = cast(step, 'float32')
    if (warmupTarget === undefined || warmupTarget === null)
      return this.decayed(minimum(now, decaySteps), initialLearningRate)
    const bounded = minimum(now, decaySteps + warmupSteps)
    const decayed = this.decayed(sub(bounded, warmupSteps), warmupTarget)
    if (warmupSteps === 0) return decayed
    const rising = add(mul(div(bounded, warmupSteps), warmupTarget - initialLearningRate), initialLearningRate)
    return where(less(bounded, warmupSteps), rising, decayed)
  }

  private decayed(step: Tensor, from: number): Tensor {
    const { decaySteps, alpha = 0 } = this.config
    const cosine = mul(add(cos(mul(div(step, decaySteps), Math.PI)), 1), 0.5)
    return mul(add(mul(cosine, 1 - alpha), alpha), from)
  }
}
