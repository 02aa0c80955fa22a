import { Hinge as Loss } from '@gradus/losses'
import { lossMetric } from './loss-metric.ts'

/**
 * The mean of the loss with the same name over all samples. Source: Keras `metrics.Hinge`.
 *
 * @example
 * import { Hinge } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new Hinge()
 * const state = metric.update(metric.init(), tensor([[0, 1]]), tensor([[0.5, 0.25]]))
 * metric.result(state).item() // => 1.125
 */
export const Hinge = /* @__PURE__ */ lossMetric(Loss)
