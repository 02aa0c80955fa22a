import { MeanAbsolutePercentageError as Loss } from '@gradus/losses'
import { lossMetric } from './loss-metric.ts'

/**
 * The mean of the loss with the same name over all samples. Source: Keras `metrics.MeanAbsolutePercentageError`.
 *
 * @example
 * import { MeanAbsolutePercentageError } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new MeanAbsolutePercentageError()
 * const state = metric.update(metric.init(), tensor([[2, 4], [1, 1]]), tensor([[1, 5], [1, 1]]))
 * metric.result(state).item() // => 18.75
 */
export const MeanAbsolutePercentageError = /* @__PURE__ */ lossMetric(Loss)
