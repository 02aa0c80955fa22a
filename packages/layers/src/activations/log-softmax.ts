import { Activation, type Fields } from '@gradus/core'
import { logSoftmax, type Tensor } from '@gradus/tensor'

export interface LogSoftmaxConfig {
  /** The axis whose probabilities add up to 1 (default -1). */
  readonly axis?: number
}

/**
 * The logarithm of the softmax over an axis. Keras: `log_softmax`.
 */
export class LogSoftmax extends Activation<LogSoftmaxConfig> {
  static readonly type = 'logSoftmax'
  static override readonly fields = { axis: 'integer' } satisfies Fields<LogSoftmaxConfig>

  compute(x: Tensor): Tensor {
    return logSoftmax(x, { axis: this.config.axis ?? -1 })
  }
}
