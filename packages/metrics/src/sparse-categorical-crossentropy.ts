import { SparseCategoricalCrossentropy as Loss } from '@gradus/losses'
import { lossMetric } from './loss-metric.ts'

/**
 * The mean of the loss with the same name over all samples, with its options. Source: Keras
 * `metrics.SparseCategoricalCrossentropy`.
 *
 * @example
 * import { SparseCategoricalCrossentropy } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new SparseCategoricalCrossentropy({ fromLogits: true })
 * const state = metric.update(metric.init(), tensor([1, 0]), tensor([[100, 0], [100, 0]]))
 * metric.result(state).item() // => 50
 */
export const SparseCategoricalCrossentropy = /* @__PURE__ */ lossMetric(Loss)
