import { describeValue } from '../config/describe.ts'
import type { ConfigOf, Kind, OptionsOf } from '../config/fields.ts'
import { Schedule } from '../contracts/schedule.ts'
import { ConfigError } from '../errors.ts'

/** The types of `learningRate`, for optimizers with another default: `{ type: learningRateTypes, default: 1 }`. */
export const learningRateTypes = ['number', 'schedule' as Kind<Schedule>] as const

/** The fields of `OptimizerConfig`. */
export const optimizerFields = {
  /** By default the type in snake_case. */
  name: 'string',
  /** A number, or a schedule that gives it for each step. */
  learningRate: { type: learningRateTypes, min: 0, default: 0.001 },
  /** Decoupled weight decay (Loshchilov and Hutter, 2019): `w -= w * weightDecay * learningRate` before each update. */
  weightDecay: { type: 'number', min: 0 },
  /** Parameters that do not decay, by path (`dense.bias`) or by names within it (`bias`, `dense`). */
  excludeFromWeightDecay: { type: 'strings', example: "['bias']" },
  /** The largest norm of a gradient; larger gradients are scaled. At most one of the three limits can be set. */
  clipNorm: { type: 'number', above: 0 },
  /** The largest norm of all gradients together; if it is larger, all are scaled by one factor. */
  globalClipNorm: { type: 'number', above: 0 },
  /** Clips each element of the gradients to [-clipValue, clipValue]. */
  clipValue: { type: 'number', above: 0 },
  /** Whether to keep an exponential moving average of the parameters, which replaces them at the end of training. */
  useEma: { type: 'boolean', default: false },
  /** The weight of the old average at each update. */
  emaMomentum: { type: 'number', min: 0, max: 1, default: 0.99 },
  /** The number of updates after which the averages replace the parameters; by default they do so only at the end. */
  emaOverwriteFrequency: { type: 'integer', min: 1 },
  /**
   * A factor by which the loss is multiplied and the gradients are divided, so that small gradients do not become 0 in float16.
   * `dynamic` starts at 2^15, is halved and skips the update if gradients are not finite, and is doubled after 2000 updates;
   * as in Keras's `LossScaleOptimizer`.
   */
  lossScaleFactor: { type: 'number', above: 0, or: ['dynamic'] },
  /** The number of calls for each update, which uses the mean of their gradients. */
  gradientAccumulationSteps: { type: 'integer', min: 2 },
} as const

/** Options that every optimizer takes, as in Keras. */
export interface OptimizerConfig extends ConfigOf<typeof optimizerFields> {}

/** The complete options that every optimizer has. */
export type OptimizerOptions = OptionsOf<typeof optimizerFields>

/** Throws `ConfigError` for several limits on gradients, and for a rate that is neither a number nor a schedule. */
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
