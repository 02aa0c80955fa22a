import { alignFloats, type ConfigOf, type OptionsOf, requireSameShape } from '@gradus/core'
import { div, mean, mul, std, sub, type Tensor } from '@gradus/tensor'
import { correlationFields } from './correlation.ts'
import { MeanMetric } from './mean-metric.ts'

/** Options of `PearsonCorrelation`. */
export interface PearsonCorrelationConfig extends ConfigOf<typeof correlationFields> {}

/**
 * Returns Pearson's correlation of targets and predictions along `axis` (default -1): 1 if they rise together linearly, -1 if one
 * falls as the other rises. NaN for constant values. Throws `ShapeError` for shapes that differ by more than a last axis of
 * size 1. Source: Keras `metrics.pearson_correlation`.
 *
 * @example
 * import { pearsonCorrelation } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const r = pearsonCorrelation(tensor([[0, 1, 0.5]]), tensor([[0.1, 0.9, 0.5]]))
 * r.array().map((x) => x.toFixed(4)) // => ['1.0000']
 */
export function pearsonCorrelation(
  target: Tensor,
  prediction: Tensor,
  { axis = -1 }: { readonly axis?: number | readonly number[] | undefined } = {},
): Tensor {
  const aligned = alignFloats(target, prediction)
  requireSameShape('PearsonCorrelation', aligned.target, aligned.prediction)
  const standard = (x: Tensor) => {
    const centered = sub(x, mean(x, { axis, keepDims: true }))
    return div(centered, std(centered, { axis, keepDims: true }))
  }
  return mean(mul(standard(aligned.target), standard(aligned.prediction)), { axis })
}

/**
 * The mean over all samples of Pearson's correlation of the targets and predictions of a sample, along `axis`. Targets have the shape of
 * the predictions, except for a last axis of size 1; other shapes throw `ShapeError`. Source: Keras
 * `metrics.PearsonCorrelation`.
 *
 * @example
 * import { PearsonCorrelation } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new PearsonCorrelation()
 * const state = metric.update(metric.init(), tensor([[0, 1, 0.5]]), tensor([[0.5, 0.25, 0.25]]))
 * metric.result(state).item().toFixed(4) // => '-0.8660'
 */
export class PearsonCorrelation extends MeanMetric<PearsonCorrelationConfig> {
  static readonly type = 'PearsonCorrelation'
  static override readonly fields = correlationFields
  declare readonly options: OptionsOf<typeof correlationFields>

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  protected values(target: Tensor, prediction: Tensor): Tensor {
    return pearsonCorrelation(target, prediction, this.options)
  }
}
