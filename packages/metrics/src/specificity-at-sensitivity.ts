import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import type { Confusion } from './confusion.ts'
import { ConstrainedMaximum, searchFields, share } from './constrained-maximum.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The least sensitivity, 0 to 1. */
    sensitivity: { type: 'number', required: true, min: 0, max: 1 },
  } as const,
  searchFields,
)

/** Options of `SpecificityAtSensitivity`. */
export interface SpecificityAtSensitivityConfig extends ConfigOf<typeof fields> {}

/**
 * The largest specificity (the fraction of negative labels that are predicted negative) among the thresholds with a sensitivity
 * of at least `sensitivity`, over all samples; 0 if there is none. Predictions are 0 to 1 and have the shape of the labels,
 * which are 0 and 1; other shapes throw `ShapeError`. Source: Keras `metrics.SpecificityAtSensitivity`.
 *
 * @example
 * import { SpecificityAtSensitivity } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new SpecificityAtSensitivity({ sensitivity: 0.4 })
 * const state = metric.update(metric.init(), tensor([0, 0, 0, 1, 1]), tensor([0, 0.3, 0.8, 0.3, 0.8]))
 * metric.result(state).item().toFixed(4) // => '0.6667'
 */
export class SpecificityAtSensitivity extends ConstrainedMaximum<SpecificityAtSensitivityConfig> {
  static readonly type = 'SpecificityAtSensitivity'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected get least(): number {
    return this.options.sensitivity
  }

  protected rates(counts: Confusion): readonly [constrained: Tensor, dependent: Tensor] {
    return [share(counts.truePositives, counts.falseNegatives), share(counts.trueNegatives, counts.falsePositives)]
  }
}
