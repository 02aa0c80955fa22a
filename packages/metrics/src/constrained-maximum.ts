import { divideNoNan, Metric } from '@gradus/core'
import { add, full, greaterEqual, max, type Tensor, where } from '@gradus/tensor'
import { addCounts, type Confusion, confusionOf, scored } from './confusion.ts'

/** The options that metrics of the best threshold share. */
export const searchFields = {
  /** The number of thresholds from 0 to 1 that are tried. */
  numThresholds: { type: 'integer', min: 1, default: 200 },
  /** Only this class of the last axis counts, from 0. */
  classId: { type: 'integer', min: 0 },
} as const

/** Base class of metrics that are the largest value of one rate at the thresholds where another rate is large enough. */
export abstract class ConstrainedMaximum<C extends object> extends Metric<C, Confusion> {
  declare readonly options: { readonly numThresholds: number; readonly classId: number | undefined }

  /** The least value of the constrained rate. */
  protected abstract readonly least: number

  /** The rate that has to be large enough, and the rate of which the maximum is taken. */
  protected abstract rates(counts: Confusion): readonly [constrained: Tensor, dependent: Tensor]

  override get direction(): 'up' | 'down' {
    return 'up'
  }

  init(): Confusion {
    const zeros = () => full([this.options.numThresholds], 0)
    return { truePositives: zeros(), falsePositives: zeros(), trueNegatives: zeros(), falseNegatives: zeros() }
  }

  update(state: Confusion, target: Tensor, prediction: Tensor, weight?: Tensor): Confusion {
    const { numThresholds: count, classId } = this.options
    const thresholds = count === 1 ? [0.5] : Array.from({ length: count }, (_, i) => i / (count - 1))
    const batch = scored(this.type, [target, prediction], weight, { classId })
    return addCounts(state, confusionOf(batch, thresholds, { even: count > 1 }))
  }

  result(state: Confusion): Tensor {
    const [constrained, dependent] = this.rates(state)
    return max(where(greaterEqual(constrained, this.least), dependent, 0))
  }
}

/** a / (a + b), and 0 where both are 0. */
export function share(a: Tensor, b: Tensor): Tensor {
  return divideNoNan(a, add(a, b))
}
