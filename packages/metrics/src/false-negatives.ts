import { ConditionCount } from './condition-count.ts'

/**
 * The number of negative predictions with a positive label, or the sum of their weights: a scalar, or `[thresholds]` for a list of
 * thresholds. Predictions are 0 to 1 and have the shape of the labels; other shapes throw `ShapeError`. Source: Keras
 * `metrics.FalseNegatives`.
 *
 * @example
 * import { FalseNegatives } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new FalseNegatives()
 * const state = metric.update(metric.init(), tensor([0, 1, 1, 1]), tensor([0.2, 0.9, 0.3, 0.1]))
 * metric.result(state).item() // => 2
 */
export class FalseNegatives extends ConditionCount {
  static readonly type = 'FalseNegatives'
  static override readonly fields = {}

  protected readonly condition = 'falseNegatives'
}
