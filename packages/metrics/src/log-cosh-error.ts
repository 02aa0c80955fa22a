import { LogCosh } from '@gradus/losses'
import { lossMetric } from './loss-metric.ts'

/**
 * The mean of the loss `LogCosh` over all samples: log(cosh(prediction - target)). Source: Keras `metrics.LogCoshError`.
 *
 * @example
 * import { LogCoshError } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new LogCoshError()
 * const state = metric.update(metric.init(), tensor([[0, 1]]), tensor([[1, 1]]))
 * metric.result(state).item().toFixed(4) // => '0.2169'
 */
export const LogCoshError = /* @__PURE__ */ lossMetric(LogCosh, { type: 'LogCoshError', name: 'logcosh' })
