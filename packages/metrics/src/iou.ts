import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import { classFields, IoUMetric, type IoUSettings, numClassesField, targetClassField } from './iou-metric.ts'

const fields = /* @__PURE__ */ joinFields(
  numClassesField,
  targetClassField,
  {
    /** Whether labels are class numbers; otherwise they are one-hot. */
    sparseYTrue: { type: 'boolean', default: true },
    /** Whether predictions are class numbers; otherwise they are scores of the classes. */
    sparseYPred: { type: 'boolean', default: true },
  } as const,
  classFields,
)

/** Options of `IoU`. */
export interface IoUConfig extends ConfigOf<typeof fields> {}

/**
 * The mean intersection over union of the classes `targetClassIds`, over all samples: hits / (hits + misses + false alarms). Classes
 * that occur neither in labels nor in predictions are left out. Labels and predictions are class numbers of any equal shape, or
 * have a value for each class; other shapes throw `ShapeError`. Throws `ConfigError` for classes that do not exist. Source: Keras
 * `metrics.IoU`.
 *
 * @example
 * import { IoU } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new IoU({ numClasses: 2, targetClassIds: [0] })
 * const state = metric.update(metric.init(), tensor([0, 0, 1, 1]), tensor([0, 1, 0, 1]))
 * metric.result(state).item().toFixed(4) // => '0.3333'
 */
export class IoU extends IoUMetric<IoUConfig> {
  static readonly type = 'IoU'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected settings(): IoUSettings {
    return this.options
  }
}
