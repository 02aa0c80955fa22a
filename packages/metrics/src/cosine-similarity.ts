import { alignFloats, type ConfigOf, type OptionsOf } from '@gradus/core'
import { cosineSimilarity } from '@gradus/losses'
import { neg, type Tensor } from '@gradus/tensor'
import { MeanMetric } from './mean-metric.ts'

const fields = {
  /** The axis of the vectors. */
  axis: { type: 'integer', default: -1 },
} as const

/** Options of `CosineSimilarity`. */
export interface CosineSimilarityConfig extends ConfigOf<typeof fields> {}

/**
 * The mean over all samples of the cosine of the angle between target and prediction: 1 for equal directions, -1 for opposite ones. The
 * loss of this name has the opposite sign. Targets have the shape of the predictions, except for a last axis of size 1; other
 * shapes throw `ShapeError`. Source: Keras `metrics.CosineSimilarity`.
 *
 * @example
 * import { CosineSimilarity } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new CosineSimilarity()
 * const state = metric.update(metric.init(), tensor([[0, 1], [1, 0]]), tensor([[0, 2], [0, 2]]))
 * metric.result(state).item() // => 0.5
 */
export class CosineSimilarity extends MeanMetric<CosineSimilarityConfig> {
  static readonly type = 'CosineSimilarity'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  protected values(target: Tensor, prediction: Tensor): Tensor {
    const aligned = alignFloats(target, prediction)
    return neg(cosineSimilarity(aligned.target, aligned.prediction, this.options))
  }
}
