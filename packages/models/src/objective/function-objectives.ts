import { addToMean, emptyMean, Loss, type MeanState, Metric, meanOf, tensorFrom } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

/** A loss as a function: returns the loss of each sample, `[batch, ...]`. */
export type LossFunction = (target: Tensor, prediction: Tensor) => Tensor
/** A metric as a function: returns a value per sample, `[batch, ...]`, of which the epoch's mean is taken. */
export type MetricFunction = (target: Tensor, prediction: Tensor) => Tensor

/** A loss made from a function. */
export class FunctionLoss extends Loss {
  static readonly type = 'FunctionLoss'

  constructor(private readonly compare: LossFunction) {
    super({ name: compare.name || 'loss' })
  }

  compute(target: Tensor, prediction: Tensor): Tensor {
    return tensorFrom(`The loss function '${this.name}'`, this.compare(target, prediction))
  }
}

/** A metric made from a function: the mean of its values. */
export class FunctionMetric extends Metric<object, MeanState> {
  static readonly type = 'FunctionMetric'

  constructor(private readonly measure: MetricFunction) {
    super({ name: measure.name || 'metric' })
  }

  init(): MeanState {
    return emptyMean()
  }

  update(state: MeanState, target: Tensor, prediction: Tensor, weight?: Tensor): MeanState {
    return addToMean(state, tensorFrom(`The metric function '${this.name}'`, this.measure(target, prediction)), weight)
  }

  result(state: MeanState): Tensor {
    return meanOf(state)
  }
}
