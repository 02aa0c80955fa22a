import { CategoricalHinge as Loss } from '@gradus/losses'
import { lossMetric } from './loss-metric.ts'

/**
 * The mean of the loss with the same name over all samples. Source: Keras `metrics.CategoricalHinge`.
 *
 * @example
 * import { CategoricalHinge } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new CategoricalHinge()
 * const state = metric.update(metric.init(), tensor([[0, 1, 0]]), tensor([[0.25, 0.5, 0.25]]))
 * metric.result(state).item() // => 0.75
 */
export const CategoricalHinge = /* @__PURE__ */ lossMetric(Loss)
