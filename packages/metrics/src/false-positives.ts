import { ConditionCount } from './condition-count.ts'

/**
 * The number of positive predictions with a negative label, or the sum of their weights: a scalar, or `[thresholds]` for a list of
 * thresholds. Predictions are 0 to 1 and have the shape of the labels; other shapes throw `ShapeError`. Source: Keras
 * `metrics.FalsePositives`.
 *
 * @example
 * import { FalsePositives } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new FalsePositives()
 * const state = metric.update(metric.init(), tensor([0, 1, 0, 1]), tensor([0.7, 0.9, 0.8, 0.1]))
 * metric.result(state).item() // => 2
 */
export class FalsePositives extends ConditionCount {
  static readonly type = 'FalsePositives'
  static override readonly fields = {}

  protected readonly condition = 'falsePositives'
}
