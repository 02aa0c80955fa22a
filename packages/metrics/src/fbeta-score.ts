import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import { FScore, fScoreFields } from './f-score.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The key of the figure in the logs. */
    name: { type: 'string', default: 'fbeta_score' },
  } as const,
  fScoreFields,
  {
    /** How much more recall counts than precision. */
    beta: { type: 'number', default: 1, above: 0 },
  } as const,
)

/** Options of `FBetaScore`. */
export interface FBetaScoreConfig extends ConfigOf<typeof fields> {}

/**
 * (1 + beta^2) precision recall / (beta^2 precision + recall) over all samples: `[classes]`, or a scalar with `average`. Targets are 0
 * and 1, one-hot or several per row, and predictions probabilities; both are `[batch, classes]`, other shapes throw `ShapeError`.
 * Without `average`, the logs of a model have the mean of the classes, where Keras has a list of them. Source: Keras `metrics.FBetaScore`.
 *
 * @example
 * import { FBetaScore } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new FBetaScore({ beta: 2, threshold: 0.5, average: 'micro' })
 * const state = metric.update(metric.init(), tensor([[1, 1, 1]]), tensor([[0.2, 0.6, 0.7]]))
 * metric.result(state).item().toFixed(4) // => '0.7143'
 */
export class FBetaScore extends FScore<FBetaScoreConfig> {
  static readonly type = 'FBetaScore'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected get beta(): number {
    return this.options.beta
  }
}
