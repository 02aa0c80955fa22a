import { Poisson as Loss } from '@gradus/losses'
import { lossMetric } from './loss-metric.ts'

/**
 * The mean of the loss with the same name over all samples. Source: Keras `metrics.Poisson`.
 *
 * @example
 * import { Poisson } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new Poisson()
 * const state = metric.update(metric.init(), tensor([[0, 2]]), tensor([[3, 1]]))
 * metric.result(state).item() // => 2
 */
export const Poisson = /* @__PURE__ */ lossMetric(Loss)
