import { joinFields } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { ImageLayer, type ImageOptions } from './image-layer.ts'
import { type Interval, randomFields, valueRangeField, valueRangeOf } from './image-options.ts'

/** The options of layers that change the colors of images. */
export const colorFields = /* @__PURE__ */ joinFields(
  {
    /** The lowest and the highest value of pixels. */
    valueRange: valueRangeField,
  } as const,
  randomFields,
)

/** The options that `ColorLayer` reads. */
export interface ColorOptions extends ImageOptions {
  readonly valueRange: readonly number[]
}

/** The base class of layers that change colors, so that labels, bounding boxes and segmentation masks stay. */
export abstract class ColorLayer<C extends object, D = Tensor> extends ImageLayer<C, D> {
  declare readonly options: ColorOptions

  /** The lowest and the highest value of pixels. Throws `ConfigError` unless there are two. */
  protected get range(): Interval {
    return valueRangeOf(this.type, this.options.valueRange)
  }
}
