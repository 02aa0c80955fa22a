import { MeanAbsoluteError as Loss } from '@gradus/losses'
import { lossMetric } from './loss-metric.ts'

/**
 * mean(|prediction - target|) over all samples. Source: Keras `metrics.MeanAbsoluteError`.
 *
 * @example
 * import { MeanAbsoluteError } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new MeanAbsoluteError()
 * const state = metric.update(metric.init(), tensor([[0, 1], [0, 0]]), tensor([[2, 1], [0, 0]]))
 * metric.result(state).item() // => 0.5
 */
export const MeanAbsoluteError = /* @__PURE__ */ lossMetric(Loss)
