import { Activation, ConfigError, type Fields } from '@gradus/core'
import { greater, type Tensor, where } from '@gradus/tensor'

export interface ThresholdConfig {
  /** Values up to it are replaced. */
  readonly threshold: number
  /** What they are replaced with. */
  readonly defaultValue: number
}

/** x where it exceeds the threshold, a default value elsewhere. Keras: `threshold`. */
export class Threshold extends Activation<ThresholdConfig> {
  static readonly type = 'threshold'
  static override readonly fields = { threshold: 'number', defaultValue: 'number' } satisfies Fields<ThresholdConfig>

  constructor(config: ThresholdConfig) {
    super(config)
    const { threshold, defaultValue } = this.config
    if (threshold === undefined || defaultValue === undefined) {
      throw new ConfigError(
        `threshold needs both of its options and got ${JSON.stringify(this.config)}. ` +
          'Use new Threshold({ threshold: 0, defaultValue: -1 }).',
      )
    }
  }

  compute(x: Tensor): Tensor {
    return where(greater(x, this.config.threshold), x, this.config.defaultValue)
  }
}
