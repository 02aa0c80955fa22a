import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import type { Confusion } from './confusion.ts'
import { ConstrainedMaximum, searchFields, share } from './constrained-maximum.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The least recall, 0 to 1. */
    recall: { type: 'number', required: true, min: 0, max: 1 },
  } as const,
  searchFields,
)

/** Options of `PrecisionAtRecall`. */
export interface PrecisionAtRecallConfig extends ConfigOf<typeof fields> {}

/**
 * The largest precision (the fraction of positive predictions with a positive label) among the thresholds with a recall of at
 * least `recall`, over all samples; 0 if there is none. Predictions are 0 to 1 and have the shape of the labels, which are 0
 * and 1; other shapes throw `ShapeError`. Source: Keras `metrics.PrecisionAtRecall`.
 *
 * @example
 * import { PrecisionAtRecall } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new PrecisionAtRecall({ recall: 0.5 })
 * const state = metric.update(metric.init(), tensor([0, 0, 0, 1, 1]), tensor([0, 0.3, 0.8, 0.3, 0.8]))
 * metric.result(state).item() // => 0.5
 */
export class PrecisionAtRecall extends ConstrainedMaximum<PrecisionAtRecallConfig> {
  static readonly type = 'PrecisionAtRecall'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected get least(): number {
    return this.options.recall
  }

  protected rates(counts: Confusion): readonly [constrained: Tensor, dependent: Tensor] {
    return [share(counts.truePositives, counts.falseNegatives), share(counts.truePositives, counts.falsePositives)]
  }
}
