import { type ConfigOf, divideNoNan, type FieldTable, Metric, type OptionsOf } from '@gradus/core'
import { add, full, type Tensor } from '@gradus/tensor'
import { perThreshold, thresholdList } from './condition-count.ts'
import { addCounts, confusionOf, leastScore, scored } from './confusion.ts'

const fields = {
  /** Predictions above the threshold are positive. A list gives a figure for each. By default 0.5, or none with `topK`. */
  thresholds: { type: ['number', 'numbers'], min: 0, max: 1 },
  /** Only the `topK` largest predictions of the last axis can be positive. */
  topK: { type: 'integer', min: 1 },
  /** Only this class of the last axis counts, from 0. */
  classId: { type: 'integer', min: 0 },
} as const

/** Options of `Precision` and `Recall`. */
export interface DecisionRatioConfig extends ConfigOf<typeof fields> {}

/** The number of true positives and another number, at each threshold: `[thresholds]`. */
export type DecisionCounts = Readonly<Record<string, Tensor>> & { readonly truePositives: Tensor }

/** Base class of `Precision` and `Recall`: true positives divided by their sum with another number. */
export abstract class DecisionRatio extends Metric<DecisionRatioConfig, DecisionCounts> {
  static override readonly fields: FieldTable = fields
  declare readonly options: OptionsOf<typeof fields>

  /** The number in the divisor. */
  protected abstract readonly other: 'falsePositives' | 'falseNegatives'

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  private get thresholds(): readonly number[] {
    const { thresholds, topK } = this.options
    return thresholdList(thresholds ?? (topK === undefined ? 0.5 : leastScore))
  }

  init(): DecisionCounts {
    const zeros = () => full([this.thresholds.length], 0)
    return { truePositives: zeros(), [this.other]: zeros() }
  }

  update(state: DecisionCounts, target: Tensor, prediction: Tensor, weight?: Tensor): DecisionCounts {
    const batch = scored(this.type, [target, prediction], weight, this.options)
    return addCounts(state, confusionOf(batch, this.thresholds))
  }

  result(state: DecisionCounts): Tensor {
    const { truePositives } = state
    return perThreshold(divideNoNan(truePositives, add(truePositives, state[this.other]!)))
  }
}
