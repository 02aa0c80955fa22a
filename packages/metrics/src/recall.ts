import { DecisionRatio } from './decision-ratio.ts'

/**
 * The fraction of positive labels that are predicted positive, over all samples: a scalar, or `[thresholds]` for a list of thresholds;
 * 0 if no label is positive. Predictions have the shape of the labels, which are 0 and 1; other shapes throw `ShapeError`.
 * Source: Keras `metrics.Recall`.
 *
 * @example
 * import { Recall } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new Recall()
 * const state = metric.update(metric.init(), tensor([0, 1, 1, 1]), tensor([0.9, 0.2, 0.8, 0.7]))
 * metric.result(state).item().toFixed(4) // => '0.6667'
 */
export class Recall extends DecisionRatio {
  static readonly type = 'Recall'
  static override readonly fields = {}

  protected readonly other = 'falseNegatives'
}
