import { CategoricalCrossentropy as Loss } from '@gradus/losses'
import { lossMetric } from './loss-metric.ts'

/**
 * The mean of the loss with the same name over all samples, with its options. Source: Keras `metrics.CategoricalCrossentropy`.
 *
 * @example
 * import { CategoricalCrossentropy } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new CategoricalCrossentropy()
 * const state = metric.update(metric.init(), tensor([[0, 1], [0, 1]]), tensor([[0.5, 0.5], [0.5, 0.5]]))
 * metric.result(state).item().toFixed(4) // => '0.6931'
 */
export const CategoricalCrossentropy = /* @__PURE__ */ lossMetric(Loss)
