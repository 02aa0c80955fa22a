import { describeValue } from '../config/describe.ts'
import type { Fields } from '../config/fields.ts'
import { Schedule } from '../contracts/schedule.ts'
import { ConfigError } from '../errors.ts'
import type { ClippingConfig } from './clipping.ts'

/** Options that every optimizer takes, with Keras's meaning. */
export interface OptimizerConfig extends ClippingConfig {
  readonly name?: string
  /** A number, or a schedule that gives it for each step. */
  readonly learningRate?: number | Schedule
  /** Decoupled weight decay: `w -= w * weightDecay * learningRate` before each update. */
  readonly weightDecay?: number
  /** Parameters that do not decay, by path (`dense.bias`) or by whole parts of it (`bias`, `dense`). */
  readonly excludeFromWeightDecay?: readonly string[]
  /** Keep an exponential moving average of the parameters; they become it at the end of training. */
  readonly useEma?: boolean
  /** Default 0.99. */
  readonly emaMomentum?: number
  /** Every how many updates the parameters become their average; by default only at the end. */
  readonly emaOverwriteFrequency?: number
  /**
   * The loss is multiplied by it and the gradients are divided by it, so that small gradients do not become 0 in float16.
   * `'dynamic'`: it starts at 2^15, is halved (and the update left out) when gradients are not finite, and doubled after
   * 2000 updates; as Keras's `LossScaleOptimizer`.
   */
  readonly lossScaleFactor?: number | 'dynamic'
  /** Update once every so many calls, with the mean of their gradients. */
  readonly gradientAccumulationSteps?: number
}

/** The fields of `OptimizerConfig`. */
export const optimizerFields = {
  name: 'string',
  learningRate: ['number', 'schedule'],
  weightDecay: 'number',
  excludeFromWeightDecay: 'unknown',
  clipNorm: 'number',
  globalClipNorm: 'number',
  clipValue: 'number',
  useEma: 'boolean',
  emaMomentum: 'number',
  emaOverwriteFrequency: 'integer',
  lossScaleFactor: ['number', 'string'],
  gradientAccumulationSteps: 'integer',
} satisfies Fields<OptimizerConfig>

/** Throws `ConfigError` for values that no optimizer can work with; `type` is its name. */
export function checkOptimizerConfig(type: string, config: OptimizerConfig): void {
  const demand = <K extends keyof OptimizerConfig>(
    key: K,
    holds: (value: NonNullable<OptimizerConfig[K]>) => boolean,
    expected: string,
  ) => {
    const value = config[key]
    if (value === undefined || value === null || holds(value)) return
    throw new ConfigError(`${type}: '${key}' must be ${expected} and is ${describeValue(value)}.`)
  }
  const clips = (['clipNorm', 'globalClipNorm', 'clipValue'] as const).filter((key) => typeof config[key] === 'number')
  if (clips.length > 1) {
    throw new ConfigError(
      `${type}: only one of clipNorm, globalClipNorm and clipValue can be set; got ${clips.join(' and ')}.`,
    )
  }
  for (const key of clips) demand(key, (limit) => limit > 0, 'larger than 0')
  demand(
    'learningRate',
    (rate) => typeof rate === 'number' || rate instanceof Schedule,
    'a number or an instance of a class that extends Schedule',
  )
  demand(
    'excludeFromWeightDecay',
    (names) => Array.isArray(names) && names.every((name) => typeof name === 'string'),
    'a list of parameter paths or parts of them',
  )
  demand('emaMomentum', (momentum) => momentum >= 0 && momentum <= 1, 'from 0 to 1')
  demand('emaOverwriteFrequency', (frequency) => frequency >= 1, 'a whole number from 1')
  demand('gradientAccumulationSteps', (steps) => steps >= 2, 'a whole number from 2')
  demand(
    'lossScaleFactor',
    (factor) => factor === 'dynamic' || (typeof factor === 'number' && factor > 0),
    "'dynamic' or larger than 0",
  )
}
