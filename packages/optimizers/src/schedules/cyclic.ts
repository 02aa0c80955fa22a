import { type ConfigOf, type OptionsOf, Schedule } from '@gradus/core'
import { add, cast, div, floor, lessEqual, mul, pow, sub, type Tensor, where } from '@gradus/tensor'

const fields = {
  /** The smallest learning rate, that of the first step (PyTorch's base_lr). */
  initialLearningRate: { type: 'number', required: true, example: '0.01' },
  /** The largest learning rate of the first cycle (PyTorch's max_lr). */
  maxLearningRate: { type: 'number', required: true, example: '0.1' },
  /** Steps in which the rate rises. */
  stepSizeUp: { type: 'number', above: 0, default: 2000 },
  /** Steps in which the rate falls (default: as many). */
  stepSizeDown: { type: 'number', above: 0 },
  /** `triangular`: all cycles are equal; `triangular2`: each is half as high as the one before it; `expRange`: see `gamma`. */
  mode: { oneOf: ['triangular', 'triangular2', 'expRange'], default: 'triangular' },
  /** The factor of the height after each step, with mode `expRange`. */
  gamma: { type: 'number', default: 1 },
} as const

/** Options of `Cyclic`. */
export interface CyclicConfig extends ConfigOf<typeof fields> {}

/**
 * Raises the rate linearly from `initialLearningRate` to `maxLearningRate`, lowers it again, and repeats this. Momentum stays as
 * it is. Source: PyTorch `lr_scheduler.CyclicLR`; Smith 2017.
 *
 * @example
 * import { Cyclic } from '@gradus/optimizers'
 * import { tensor } from '@gradus/tensor'
 * const schedule = new Cyclic({ initialLearningRate: 0, maxLearningRate: 1, stepSizeUp: 4, mode: 'triangular2' })
 * const at = (step) => schedule.at(tensor(step, { dtype: 'int32' })).item()
 * [at(0), at(2), at(4), at(6), at(8), at(12)] // => [0, 0.5, 1, 0.5, 0, 0.5]
 */
export class Cyclic extends Schedule<CyclicConfig> {
  static readonly type = 'Cyclic'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  at(step: Tensor): Tensor {
    const { initialLearningRate, maxLearningRate, stepSizeUp, stepSizeDown = stepSizeUp } = this.options
    const now = cast(step, 'float32')
    const length = stepSizeUp + stepSizeDown
    const cycle = floor(div(now, length))
    const within = sub(now, mul(cycle, length))
    const height = where(lessEqual(within, stepSizeUp), div(within, stepSizeUp), div(sub(length, within), stepSizeDown))
    return add(mul(mul(height, this.scale(cycle, now)), maxLearningRate - initialLearningRate), initialLearningRate)
  }

  private scale(cycle: Tensor, step: Tensor): Tensor | number {
    const { mode, gamma } = this.options
    if (mode === 'triangular') return 1
    return mode === 'triangular2' ? pow(0.5, cycle) : pow(gamma, step)
  }
}
