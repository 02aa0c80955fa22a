import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import { clip, div, equal, max, min, mul, sub, type Tensor, where } from '@gradus/tensor'
import { ColorLayer } from './color-layer.ts'
import { imageFields, valueRangeField } from './image-options.ts'
import { bytes, rescaled } from './value-range.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The lowest and the highest value of pixels. */
    valueRange: valueRangeField,
  } as const,
  imageFields,
)

/** The options of `AutoContrast`. */
export interface AutoContrastConfig extends ConfigOf<typeof fields> {}

/**
 * Stretches each channel of each image so that its values reach from the lowest to the highest of `valueRange`, also outside of
 * training. Channels of one value stay. Throws `ShapeError` for other inputs than images. With `dataFormat` `channelsFirst` Keras
 * takes the extremes along other axes. Keras: `AutoContrast`.
 *
 * @example
 * import { AutoContrast } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new AutoContrast().call(tensor([[[[100], [110], [120]]]])).array() // => [[[[0], [127.5], [255]]]]
 */
export class AutoContrast extends ColorLayer<AutoContrastConfig, null> {
  static readonly type = 'AutoContrast'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override get transformsAlways(): boolean {
    return true
  }

  draw(): null {
    return null
  }

  transform(images: Tensor): Tensor {
    const values = rescaled(images, this.range, bytes)
    const [low, high] = [min(values, { axis: [1, 2], keepDims: true }), max(values, { axis: [1, 2], keepDims: true })]
    const spread = sub(high, low)
    const isFlat = equal(spread, 0)
    const scale = div(255, where(isFlat, 1, spread))
    const stretched = clip(sub(mul(values, scale), mul(low, scale)), ...bytes)
    return where(isFlat, images, rescaled(stretched, bytes, this.range))
  }
}
