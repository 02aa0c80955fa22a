import { KLDivergence as Loss } from '@gradus/losses'
import { lossMetric } from './loss-metric.ts'

/**
 * The mean of the loss with the same name over all samples. Source: Keras `metrics.KLDivergence`.
 *
 * @example
 * import { KLDivergence } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new KLDivergence()
 * const state = metric.update(metric.init(), tensor([[0, 1]]), tensor([[0.5, 0.5]]))
 * metric.result(state).item().toFixed(4) // => '0.6931'
 */
export const KLDivergence = /* @__PURE__ */ lossMetric(Loss)
