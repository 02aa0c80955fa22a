import { describeValue } from '../config/describe.ts'
import type { ConfigOf, Kind, OptionsOf } from '../config/fields.ts'
import { Schedule } from '../contracts/schedule.ts'
import { ConfigError } from '../errors.ts'

/** The types of `learningRate`, for optimizers with another default: `learningRate: { type: learningRateTypes, default: 1 }`. */
export const learningRateTypes = ['number', 'schedule' as Kind<Schedule>] as const

export const optimizerFields = {
  /** By default the type in snake_case. */
  name: 'string',
  /** A number, or a schedule that gives it for each step. */
  learningRate: { type: learningRateTypes, default: 0.001 },
  /** Decoupled weight decay: `w -= w * weightDecay * learningRate` before each update. */
  weightDecay: 'number',
  /** Parameters that do not decay, by path (`dense.bias`) or by whole parts of it (`bias`, `dense`). */
  excludeFromWeightDecay: { type: 'strings', example: "['bias']" },
  /** Scales each gradient whose norm is larger down to this norm. At most one of the limits on gradients can be set. */
  clipNorm: { type: 'number', above: 0 },
  /** Scales all gradients together where the norm of all of them is larger. */
  globalClipNorm: { type: 'number', above: 0 },
  /** Cuts each element of the gradients to [-clipValue, clipValue]. */
  clipValue: { type: 'number', above: 0 },
  /** Keep an exponential moving average of the parameters; they become it at the end of training. */
  useEma: { type: 'boolean', default: false },
  /** How much of the average is kept at each update. */
  emaMomentum: { type: 'number', min: 0, max: 1, default: 0.99 },
  /** Every how many updates the parameters become their average; by default only at the end. */
  emaOverwriteFrequency: { type: 'integer', min: 1 },
  /**
   * The loss is multiplied by it and the gradients are divided by it, so that small gradients do not become 0 in float16.
   * `'dynamic'`: it starts at 2^15, is halved (and the update left out) when gradients are not finite, and doubled after
   * 2000 updates; as Keras's `LossScaleOptimizer`.
   */
  lossScaleFactor: { type: 'number', above: 0, or: ['dynamic'] },
  /** Update once every so many calls, with the mean of their gradients. */
  gradientAccumulationSteps: { type: 'integer', min: 2 },
} as const

/** Options that every optimizer takes, with Keras's meaning. */
export interface OptimizerConfig extends ConfigOf<typeof optimizerFields> {}

/** The options that every optimizer has. */
export type OptimizerOptions = OptionsOf<typeof optimizerFields>

/** Throws `ConfigError` for two limits on gradients, and for a rate that is neither a number nor a schedule. */
export function checkOptimizerOptions(type: string, options: OptimizerOptions): void {
  const set = (['clipNorm', 'globalClipNorm', 'clipValue'] as const).filter((key) => options[key] !== undefined)
  if (set.length > 1) {
    throw new ConfigError(
      `${type}: only one of clipNorm, globalClipNorm and clipValue can be set; got ${set.join(' and ')}.`,
    )
  }
  const { learningRate } = options
  if (typeof learningRate === 'number' || learningRate instanceof Schedule) return
  throw new ConfigError(
    `${type}: 'learningRate' must be a number or an instance of a class that extends Schedule and is ${describeValue(learningRate)}.`,
  )
}
