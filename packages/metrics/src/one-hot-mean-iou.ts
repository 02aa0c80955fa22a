import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import { classFields, IoUMetric, type IoUSettings, numClassesField } from './iou-metric.ts'
import { allClasses } from './mean-iou.ts'

const fields = /* @__PURE__ */ joinFields(
  numClassesField,
  {
    /** Whether predictions are class numbers; otherwise they are scores of the classes. */
    sparseYPred: { type: 'boolean', default: false },
  } as const,
  classFields,
)

/** Options of `OneHotMeanIoU`. */
export interface OneHotMeanIoUConfig extends ConfigOf<typeof fields> {}

/**
 * `MeanIoU` for one-hot labels `[batch, ..., classes]` and scores of the classes: the mean intersection over union of all classes,
 * over all samples. Other shapes throw `ShapeError`. Source: Keras `metrics.OneHotMeanIoU`.
 *
 * @example
 * import { OneHotMeanIoU } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new OneHotMeanIoU({ numClasses: 2 })
 * const state = metric.update(metric.init(), tensor([[1, 0], [0, 1]]), tensor([[0.7, 0.3], [0.6, 0.4]]))
 * metric.result(state).item().toFixed(4) // => '0.2500'
 */
export class OneHotMeanIoU extends IoUMetric<OneHotMeanIoUConfig> {
  static readonly type = 'OneHotMeanIoU'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected settings(): IoUSettings {
    return { ...this.options, targetClassIds: allClasses(this.options.numClasses), sparseYTrue: false }
  }
}
