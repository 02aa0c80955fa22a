import { SquaredHinge as Loss } from '@gradus/losses'
import { lossMetric } from './loss-metric.ts'

/**
 * The mean of the loss with the same name over all samples. Source: Keras `metrics.SquaredHinge`.
 *
 * @example
 * import { SquaredHinge } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new SquaredHinge()
 * const state = metric.update(metric.init(), tensor([[0, 1]]), tensor([[0.5, 0.5]]))
 * metric.result(state).item() // => 1.25
 */
export const SquaredHinge = /* @__PURE__ */ lossMetric(Loss)
