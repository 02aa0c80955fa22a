import { type ConfigOf, type OptionsOf, Schedule } from '@gradus/core'
import { add, cast, cos, div, less, minimum, mul, sub, type Tensor, where } from '@gradus/tensor'

const fields = {
  /** The learning rate at the first step. */
  initialLearningRate: { type: 'number', required: true, example: '0.1' },
  /** Steps of the decay, after the warm-up. */
  decaySteps: { type: 'number', above: 0, required: true, example: '1000' },
  /** The rate at the end, as a fraction of the rate at the start of the decay. */
  alpha: { type: 'number', default: 0 },
  /** The rate at the end of the warm-up (default: no warm-up). */
  warmupTarget: 'number',
  /** Steps of the warm-up. */
  warmupSteps: { type: 'number', min: 0, default: 0 },
} as const

/** Options of `CosineDecay`. */
export interface CosineDecayConfig extends ConfigOf<typeof fields> {}

/**
 * Decays the initial rate to `alpha` times its value over `decaySteps`, along half a cosine, and is constant then: rate *
 * ((1 - alpha) * (1 + cos(pi * step / decaySteps)) / 2 + alpha). With `warmupTarget` the rate first rises linearly to this value
 * over `warmupSteps`, from which the decay starts. Source: Keras `schedules.CosineDecay`; Loshchilov & Hutter 2017.
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
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  at(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, warmupTarget, warmupSteps } = this.options
    const now = cast(step, 'float32')
    if (warmupTarget === undefined) return this.decayed(minimum(now, decaySteps), initialLearningRate)
    const bounded = minimum(now, decaySteps + warmupSteps)
    const decayed = this.decayed(sub(bounded, warmupSteps), warmupTarget)
    if (warmupSteps === 0) return decayed
    const rising = add(mul(div(bounded, warmupSteps), warmupTarget - initialLearningRate), initialLearningRate)
    return where(less(bounded, warmupSteps), rising, decayed)
  }

  private decayed(step: Tensor, from: number): Tensor {
    const { decaySteps, alpha } = this.options
    const cosine = mul(add(cos(mul(div(step, decaySteps), Math.PI)), 1), 0.5)
    return mul(add(mul(cosine, 1 - alpha), alpha), from)
  }
}
