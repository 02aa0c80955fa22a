import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import { greaterEqual, type Tensor } from '@gradus/tensor'
import { dtypeField, IoUMetric, type IoUSettings, type IoUState } from './iou-metric.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The classes of which the mean is taken: 0, 1 or both. */
    targetClassIds: { type: 'numbers', default: [0, 1], min: 0 },
    /** Predictions from this value on are of class 1. */
    threshold: { type: 'number', default: 0.5 },
  } as const,
  dtypeField,
)

/** Options of `BinaryIoU`. */
export interface BinaryIoUConfig extends ConfigOf<typeof fields> {}

/**
 * The mean intersection over union of the classes 0 and 1, over all samples: hits / (hits + misses + false alarms). Labels are 0 and
 * 1, and predictions probabilities of the same shape; other shapes throw `ShapeError`. Source: Keras `metrics.BinaryIoU`.
 *
 * @example
 * import { BinaryIoU } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new BinaryIoU({ threshold: 0.3 })
 * const state = metric.update(metric.init(), tensor([0, 1, 0, 1]), tensor([0.1, 0.2, 0.4, 0.7]))
 * metric.result(state).item().toFixed(4) // => '0.3333'
 */
export class BinaryIoU extends IoUMetric<BinaryIoUConfig> {
  static readonly type = 'BinaryIoU'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected settings(): IoUSettings {
    const { targetClassIds } = this.options
    return { numClasses: 2, targetClassIds, sparseYTrue: true, sparseYPred: true }
  }

  override update(state: IoUState, target: Tensor, prediction: Tensor, weight?: Tensor): IoUState {
    return super.update(state, target, greaterEqual(prediction, this.options.threshold), weight)
  }
}
