import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import { classFields, IoUMetric, type IoUSettings, numClassesField, targetClassField } from './iou-metric.ts'

const fields = /* @__PURE__ */ joinFields(
  numClassesField,
  targetClassField,
  {
    /** Whether predictions are class numbers; otherwise they are scores of the classes. */
    sparseYPred: { type: 'boolean', default: false },
  } as const,
  classFields,
)

/** Options of `OneHotIoU`. */
export interface OneHotIoUConfig extends ConfigOf<typeof fields> {}

/**
 * `IoU` for one-hot labels `[batch, ..., classes]` and scores of the classes: the mean intersection over union of the classes
 * `targetClassIds`, over all samples. Other shapes throw `ShapeError`. Throws `ConfigError` for classes that do not exist. Source:
 * Keras `metrics.OneHotIoU`.
 *
 * @example
 * import { OneHotIoU } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new OneHotIoU({ numClasses: 2, targetClassIds: [0] })
 * const state = metric.update(metric.init(), tensor([[1, 0], [0, 1]]), tensor([[0.7, 0.3], [0.6, 0.4]]))
 * metric.result(state).item().toFixed(4) // => '0.5000'
 */
export class OneHotIoU extends IoUMetric<OneHotIoUConfig> {
  static readonly type = 'OneHotIoU'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected settings(): IoUSettings {
    return { ...this.options, sparseYTrue: false }
  }
}
