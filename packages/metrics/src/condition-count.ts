import { type ConfigOf, type FieldTable, Metric, type OptionsOf } from '@gradus/core'
import { add, full, reshape, type Tensor } from '@gradus/tensor'
import { type Confusion, confusionOf, scored } from './confusion.ts'

const fields = {
  /** Predictions above the threshold are positive. A list gives a figure for each. */
  thresholds: { type: ['number', 'numbers'], min: 0, max: 1, default: 0.5 },
} as const

/** Options of `TruePositives`, `TrueNegatives`, `FalsePositives` and `FalseNegatives`. */
export interface ConditionCountConfig extends ConfigOf<typeof fields> {}

/** A count of samples at each threshold, `[thresholds]`. */
export interface ConditionCountState {
  readonly [key: string]: Tensor
  readonly accumulator: Tensor
}

/** Base class of the numbers of true and false, positive and negative predictions. */
export abstract class ConditionCount extends Metric<ConditionCountConfig, ConditionCountState> {
  static override readonly fields: FieldTable = fields
  declare readonly options: OptionsOf<typeof fields>

  protected abstract readonly condition: keyof Confusion & string

  init(): ConditionCountState {
    return { accumulator: full([thresholdList(this.options.thresholds).length], 0) }
  }

  update(
    { accumulator }: ConditionCountState,
    target: Tensor,
    prediction: Tensor,
    weight?: Tensor,
  ): ConditionCountState {
    const batch = scored(this.type, [target, prediction], weight)
    const confusion = confusionOf(batch, thresholdList(this.options.thresholds))
    return { accumulator: add(accumulator, confusion[this.condition]!) }
  }

  result({ accumulator }: ConditionCountState): Tensor {
    return perThreshold(accumulator)
  }
}

/** Thresholds as a list. */
export function thresholdList(thresholds: number | readonly number[]): readonly number[] {
  return typeof thresholds === 'number' ? [thresholds] : thresholds
}

/** A figure for each threshold; a scalar if there is one threshold. */
export function perThreshold(figures: Tensor): Tensor {
  return figures.size === 1 ? reshape(figures, []) : figures
}
