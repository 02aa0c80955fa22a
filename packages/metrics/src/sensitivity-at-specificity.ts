import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import type { Confusion } from './confusion.ts'
import { ConstrainedMaximum, searchFields, share } from './constrained-maximum.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The least specificity, 0 to 1. */
    specificity: { type: 'number', required: true, min: 0, max: 1 },
  } as const,
  searchFields,
)

/** Options of `SensitivityAtSpecificity`. */
export interface SensitivityAtSpecificityConfig extends ConfigOf<typeof fields> {}

/**
 * The largest sensitivity (the fraction of positive labels that are predicted positive) among the thresholds with a specificity
 * of at least `specificity`, over all samples; 0 if there is none. Predictions are 0 to 1 and have the shape of the labels,
 * which are 0 and 1; other shapes throw `ShapeError`. Source: Keras `metrics.SensitivityAtSpecificity`.
 *
 * @example
 * import { SensitivityAtSpecificity } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new SensitivityAtSpecificity({ specificity: 0.5 })
 * const state = metric.update(metric.init(), tensor([0, 0, 0, 1, 1]), tensor([0, 0.3, 0.8, 0.3, 0.8]))
 * metric.result(state).item() // => 0.5
 */
export class SensitivityAtSpecificity extends ConstrainedMaximum<SensitivityAtSpecificityConfig> {
  static readonly type = 'SensitivityAtSpecificity'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected get least(): number {
    return this.options.specificity
  }

  protected rates(counts: Confusion): readonly [constrained: Tensor, dependent: Tensor] {
    return [share(counts.trueNegatives, counts.falsePositives), share(counts.truePositives, counts.falseNegatives)]
  }
}
