import { DecisionRatio } from './decision-ratio.ts'

/**
 * The fraction of positive predictions with a positive label, over all samples: a scalar, or `[thresholds]` for a list of
 * thresholds; 0 if nothing is predicted positive. Predictions have the shape of the labels, which are 0 and 1; other shapes throw
 * `ShapeError`. Source: Keras `metrics.Precision`.
 *
 * @example
 * import { Precision } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new Precision()
 * const state = metric.update(metric.init(), tensor([0, 1, 1, 1]), tensor([0.9, 0.2, 0.8, 0.7]))
 * metric.result(state).item().toFixed(4) // => '0.6667'
 */
export class Precision extends DecisionRatio {
  static readonly type = 'Precision'
  static override readonly fields = {}

  protected readonly other = 'falsePositives'
}
