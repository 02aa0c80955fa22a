import { type ConfigOf, type OptionsOf, Schedule } from '@gradus/core'
import { add, cast, clip, cos, div, lessEqual, mul, sub, type Tensor, where } from '@gradus/tensor'

const fields = {
  /** The largest learning rate (PyTorch's max_lr). */
  maxLearningRate: { type: 'number', required: true, example: '0.1' },
  /** Steps of the whole cycle, such as epochs times steps per epoch. */
  totalSteps: { type: 'integer', min: 1, required: true, example: '1000' },
  /** The fraction of the steps in which the rate rises. */
  pctStart: { type: 'number', min: 0, max: 1, default: 0.3 },
  /** Whether rates follow half a cosine or a line. */
  annealStrategy: { oneOf: ['cos', 'linear'], default: 'cos' },
  /** The ratio of the largest rate to the first. */
  divFactor: { type: 'number', above: 0, default: 25 },
  /** The ratio of the first rate to the last. */
  finalDivFactor: { type: 'number', above: 0, default: 1e4 },
  /** Whether the rate falls to the first rate in as many steps as it rose, and to the last after that. */
  threePhase: { type: 'boolean', default: false },
} as const

/** Options of `OneCycle`. */
export interface OneCycleConfig extends ConfigOf<typeof fields> {}

/** A part of the cycle: the step at which it ends, and the rates at its start and end. */
type Phase = readonly [end: number, from: number, to: number]

/**
 * Raises the rate from `maxLearningRate / divFactor` to `maxLearningRate`, lowers it to a small value at the last step, and
 * keeps that. Momentum stays as it is. Source: PyTorch `lr_scheduler.OneCycleLR`; Smith & Topin 2019.
 *
 * @example
 * import { OneCycle } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const schedule = new OneCycle({ maxLearningRate: 1, totalSteps: 10, pctStart: 0.5, divFactor: 2, finalDivFactor: 5 })
 * const at = (step) => schedule.at(tensor(step, { dtype: 'int32' })).item().toFixed(3)
 * [at(0), at(2), at(4), at(9)] // => ['0.500', '0.750', '1.000', '0.100']
 */
export class OneCycle extends Schedule<OneCycleConfig> {
  static readonly type = 'OneCycle'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  at(step: Tensor): Tensor {
    const now = cast(step, 'float32')
    const phases = this.phases()
    const rates = phases.map(([end, from, to], index) => {
      const start = index === 0 ? 0 : phases[index - 1]![0]
      return this.between(div(sub(now, start), Math.max(end - start, 1e-6)), from, to)
    })
    return rates.reduceRight((later, rate, index) => where(lessEqual(now, phases[index]![0]), rate, later))
  }

  private phases(): readonly Phase[] {
    const { maxLearningRate, totalSteps, pctStart, divFactor, finalDivFactor, threePhase } = this.options
    const first = maxLearningRate / divFactor
    const peak = Math.max(pctStart * totalSteps - 1, 0)
    const last: Phase = [totalSteps - 1, threePhase ? first : maxLearningRate, first / finalDivFactor]
    const rise: Phase = [peak, first, maxLearningRate]
    return threePhase ? [rise, [2 * peak, maxLearningRate, first], last] : [rise, last]
  }

  private between(passed: Tensor, from: number, to: number): Tensor {
    const fraction = clip(passed, 0, 1)
    if (this.options.annealStrategy === 'linear') return add(mul(fraction, to - from), from)
    return add(mul(add(cos(mul(fraction, Math.PI)), 1), (from - to) / 2), to)
  }
}
