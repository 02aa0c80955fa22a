import { MeanSquaredLogarithmicError as Loss } from '@gradus/losses'
import { lossMetric } from './loss-metric.ts'

/**
 * The mean of the loss with the same name over all samples. Source: Keras `metrics.MeanSquaredLogarithmicError`.
 *
 * @example
 * import { MeanSquaredLogarithmicError } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new MeanSquaredLogarithmicError()
 * const state = metric.update(metric.init(), tensor([[1, 0]]), tensor([[0, 0]]))
 * metric.result(state).item().toFixed(4) // => '0.2402'
 */
export const MeanSquaredLogarithmicError = /* @__PURE__ */ lossMetric(Loss)
