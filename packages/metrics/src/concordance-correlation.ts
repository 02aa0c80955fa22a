import { alignFloats, type ConfigOf, type OptionsOf, requireSameShape } from '@gradus/core'
import { add, div, mean, mul, square, sub, type Tensor, variance } from '@gradus/tensor'
import { correlationFields } from './correlation.ts'
import { MeanMetric } from './mean-metric.ts'

/** Options of `ConcordanceCorrelation`. */
export interface ConcordanceCorrelationConfig extends ConfigOf<typeof correlationFields> {}

const epsilon = 1e-7

/**
 * Returns the concordance correlation of targets and predictions along `axis` (default -1): 1 if they are equal; smaller if they are not
 * correlated, or have other means or variances. Throws `ShapeError` for shapes that differ by more than a last axis of size 1.
 * Source: Keras `metrics.concordance_correlation`; Lin 1989.
 *
 * @example
 * import { concordanceCorrelation } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const r = concordanceCorrelation(tensor([[0, 1, 0.5]]), tensor([[0.1, 0.9, 0.5]]))
 * r.array().map((x) => x.toFixed(4)) // => ['0.9756']
 */
export function concordanceCorrelation(
  target: Tensor,
  prediction: Tensor,
  { axis = -1 }: { readonly axis?: number | readonly number[] | undefined } = {},
): Tensor {
  const { target: t, prediction: p } = alignFloats(target, prediction)
  requireSameShape('ConcordanceCorrelation', t, p)
  const center = (x: Tensor) => mean(x, { axis, keepDims: true })
  const spread = (x: Tensor) => variance(sub(x, center(x)), { axis, keepDims: true })
  const [targetMean, predictionMean] = [center(t), center(p)]
  // the mean of this is the covariance, because the deviations of the predictions add up to 0
  const covariance = mul(sub(t, predictionMean), sub(p, predictionMean))
  const total = add(add(spread(t), spread(p)), square(sub(targetMean, predictionMean)))
  return mean(div(mul(covariance, 2), add(total, epsilon)), { axis })
}

/**
 * The mean over all samples of the concordance correlation of the targets and predictions of a sample, along `axis`. Targets have the
 * shape of the predictions, except for a last axis of size 1; other shapes throw `ShapeError`. Source: Keras
 * `metrics.ConcordanceCorrelation`; Lin 1989.
 *
 * @example
 * import { ConcordanceCorrelation } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new ConcordanceCorrelation()
 * const state = metric.update(metric.init(), tensor([[0, 1, 0.5]]), tensor([[0.5, 0.25, 0.25]]))
 * metric.result(state).item().toFixed(4) // => '-0.4000'
 */
export class ConcordanceCorrelation extends MeanMetric<ConcordanceCorrelationConfig> {
  static readonly type = 'ConcordanceCorrelation'
  static override readonly fields = correlationFields
  declare readonly options: OptionsOf<typeof correlationFields>

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  protected values(target: Tensor, prediction: Tensor): Tensor {
    return concordanceCorrelation(target, prediction, this.options)
  }
}
