import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import type { Confusion } from './confusion.ts'
import { ConstrainedMaximum, searchFields, share } from './constrained-maximum.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The least precision, 0 to 1. */
    precision: { type: 'number', required: true, min: 0, max: 1 },
  } as const,
  searchFields,
)

/** Options of `RecallAtPrecision`. */
export interface RecallAtPrecisionConfig extends ConfigOf<typeof fields> {}

/**
 * The largest recall (the fraction of positive labels that are predicted positive) among the thresholds with a precision of at
 * least `precision`, over all samples; 0 if there is none. Predictions are 0 to 1 and have the shape of the labels, which are 0
 * and 1; other shapes throw `ShapeError`. Source: Keras `metrics.RecallAtPrecision`.
 *
 * @example
 * import { RecallAtPrecision } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new RecallAtPrecision({ precision: 0.8 })
 * const state = metric.update(metric.init(), tensor([0, 0, 1, 1]), tensor([0, 0.5, 0.3, 0.9]))
 * metric.result(state).item() // => 0.5
 */
export class RecallAtPrecision extends ConstrainedMaximum<RecallAtPrecisionConfig> {
  static readonly type = 'RecallAtPrecision'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected get least(): number {
    return this.options.precision
  }

  protected rates(counts: Confusion): readonly [constrained: Tensor, dependent: Tensor] {
    return [share(counts.truePositives, counts.falsePositives), share(counts.truePositives, counts.falseNegatives)]
  }
}
