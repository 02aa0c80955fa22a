import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import { classFields, IoUMetric, type IoUSettings, numClassesField } from './iou-metric.ts'

const fields = /* @__PURE__ */ joinFields(
  numClassesField,
  {
    /** Whether labels are class numbers; otherwise they are one-hot. */
    sparseYTrue: { type: 'boolean', default: true },
    /** Whether predictions are class numbers; otherwise they are scores of the classes. */
    sparseYPred: { type: 'boolean', default: true },
  } as const,
  classFields,
)

/** Options of `MeanIoU`. */
export interface MeanIoUConfig extends ConfigOf<typeof fields> {}

/**
 * The mean intersection over union of all classes, over all samples: hits / (hits + misses + false alarms). Classes that occur
 * neither in labels nor in predictions are left out. Labels and predictions are class numbers of any equal shape, or have a value
 * for each class; other shapes throw `ShapeError`. Source: Keras `metrics.MeanIoU`.
 *
 * @example
 * import { MeanIoU } from '@gradus/metrics'
 * import { tensor } from '@gradus/tensor'
 * const metric = new MeanIoU({ numClasses: 2 })
 * const state = metric.update(metric.init(), tensor([0, 0, 1, 1]), tensor([0, 1, 0, 1]))
 * metric.result(state).item().toFixed(4) // => '0.3333'
 */
export class MeanIoU extends IoUMetric<MeanIoUConfig> {
  static readonly type = 'MeanIoU'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected settings(): IoUSettings {
    return { ...this.options, targetClassIds: allClasses(this.options.numClasses) }
  }
}

/** The numbers of `count` classes. */
export function allClasses(count: number): readonly number[] {
  return Array.from({ length: count }, (_, id) => id)
}
