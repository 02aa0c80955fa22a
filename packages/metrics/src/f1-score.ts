import type { ConfigOf, OptionsOf } from '@gradus/core'
import { FScore, fScoreFields } from './f-score.ts'

/** Options of `F1Score`. */
export interface F1ScoreConfig extends ConfigOf<typeof fScoreFields> {}

/**
 * 2 precision recall / (precision + recall) over all samples: `[classes]`, or a scalar with `average`. Targets are 0 and 1, one-hot or
 * several per row, and predictions probabilities; both are `[batch, classes]`, other shapes throw `ShapeError`. Without
 * `average`, the logs of a model have the mean of the classes, where Keras has a list of them. Source: Keras `metrics.F1Score`.
 *
 * @example
 * import { F1Score } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new F1Score({ threshold: 0.5, average: 'micro' })
 * const state = metric.update(metric.init(), tensor([[1, 1, 1]]), tensor([[0.2, 0.6, 0.7]]))
 * metric.result(state).item().toFixed(4) // => '0.8000'
 */
export class F1Score extends FScore<F1ScoreConfig> {
  static readonly type = 'F1Score'
  static override readonly fields = fScoreFields
  declare readonly options: OptionsOf<typeof fScoreFields>

  protected readonly beta = 1
}
