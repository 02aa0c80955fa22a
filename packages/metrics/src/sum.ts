import { Metric, toSamples } from '@gradus/core'
import { add, full, sum, type Tensor } from '@gradus/tensor'

/** The state of `Sum`: a float32 scalar. */
export interface SumState {
  readonly [key: string]: Tensor
  readonly total: Tensor
}

/**
 * The weighted sum of the predictions. Targets are ignored. Source: Keras `metrics.Sum`.
 *
 * @example
 * import { Sum } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new Sum()
 * metric.result(metric.add(metric.init(), tensor([1, 3, 5, 7]))).item() // => 16
 */
export class Sum extends Metric<object, SumState> {
  static readonly type = 'Sum'
  static override readonly fields = {}

  init(): SumState {
    return { total: full([], 0) }
  }

  /** Returns the state after more values, `[batch, ...]` or a scalar, with optional weights. */
  add({ total }: SumState, values: Tensor, weight?: Tensor): SumState {
    return { total: add(total, sum(toSamples(values, sum, weight).values)) }
  }

  update(state: SumState, _target: Tensor, prediction: Tensor, weight?: Tensor): SumState {
    return this.add(state, prediction, weight)
  }

  result({ total }: SumState): Tensor {
    return total
  }
}
