import { type ConfigOf, type OptionsOf, Schedule } from '@gradus/core'
import { add, cast, cos, div, floor, log, mul, pow, sub, type Tensor } from '@gradus/tensor'

const fields = {
  /** The learning rate at the first step. */
  initialLearningRate: { type: 'number', required: true, example: '0.1' },
  /** Steps of the first decay. */
  firstDecaySteps: { type: 'number', above: 0, required: true, example: '1000' },
  /** The ratio of the steps of a decay to those of the one before it. */
  tMul: { type: 'number', default: 2 },
  /** The ratio of the rate at the start of a decay to that of the one before it. */
  mMul: { type: 'number', default: 1 },
  /** The rate at the end of each decay, as a fraction of the initial rate. */
  alpha: { type: 'number', default: 0 },
} as const

/** Options of `CosineDecayRestarts`. */
export interface CosineDecayRestartsConfig extends ConfigOf<typeof fields> {}

/**
 * Decays along half a cosine to `alpha` times the initial rate, and starts again. The i-th decay from 0 takes firstDecaySteps *
 * tMul ^ i steps and starts at mMul ^ i times the initial rate. Source: Keras `schedules.CosineDecayRestarts`; Loshchilov &
 * Hutter 2017.
 *
 * @example
 * import { CosineDecayRestarts } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const schedule = new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 10, mMul: 0.5 })
 * const at = (step) => schedule.at(tensor(step, { dtype: 'int32' })).item().toFixed(3)
 * [at(0), at(5), at(11), at(20)] // => ['1.000', '0.500', '0.497', '0.250']
 */
export class CosineDecayRestarts extends Schedule<CosineDecayRestartsConfig> {
  static readonly type = 'CosineDecayRestarts'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  at(step: Tensor): Tensor {
    const { initialLearningRate, firstDecaySteps, mMul, alpha } = this.options
    const [restarts, passed] = this.position(div(cast(step, 'float32'), firstDecaySteps))
    const cosine = mul(mul(add(cos(mul(passed, Math.PI)), 1), 0.5), pow(mMul, restarts))
    return mul(add(mul(cosine, 1 - alpha), alpha), initialLearningRate)
  }

  /** The number of restarts before a time in units of `firstDecaySteps`, and the fraction of the present decay that has passed. */
  private position(time: Tensor): readonly [Tensor, Tensor] {
    const { tMul } = this.options
    if (tMul === 1) {
      const restarts = floor(time)
      return [restarts, sub(time, restarts)]
    }
    const restarts = floor(div(log(sub(1, mul(time, 1 - tMul))), Math.log(tMul)))
    const length = pow(tMul, restarts)
    return [restarts, div(sub(time, div(sub(1, length), 1 - tMul)), length)]
  }
}
