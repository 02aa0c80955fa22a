import { MeanSquaredError as Loss } from '@gradus/losses'
import { lossMetric } from './loss-metric.ts'

/**
 * mean((prediction - target)^2) over all samples. Source: Keras `metrics.MeanSquaredError`.
 *
 * @example
 * import { MeanSquaredError } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new MeanSquaredError()
 * const state = metric.update(metric.init(), tensor([[0, 1], [0, 0]]), tensor([[2, 1], [0, 0]]))
 * metric.result(state).item() // => 1
 */
export const MeanSquaredError = /* @__PURE__ */ lossMetric(Loss)
