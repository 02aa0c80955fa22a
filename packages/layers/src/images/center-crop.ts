import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import { concat, mul, sub, type Tensor } from '@gradus/tensor'
import { type ImageSize, partsOf } from './box-formats.ts'
import { type CropBox, cropped, largestBox, smartResized } from './crop-box.ts'
import { ImageLayer, sizeOf } from './image-layer.ts'
import { imageFields } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    height: { type: 'integer', min: 1, required: true, example: '28' },
    width: { type: 'integer', min: 1, required: true, example: '28' },
  } as const,
  imageFields,
)

/** The options of `CenterCrop`. */
export interface CenterCropConfig extends ConfigOf<typeof fields> {}

/**
 * Cuts the middle of `height` x `width` pixels out of images, also outside of training. From images that are smaller, the largest
 * part of this shape is taken and resized. Throws `ShapeError` for other inputs than images. Keras: `CenterCrop`.
 *
 * @example
 * import { CenterCrop } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const x = tensor([[[[1], [2], [3], [4]]]])
 * new CenterCrop({ height: 1, width: 2 }).call(x).array() // => [[[[2], [3]]]]
 */
export class CenterCrop extends ImageLayer<CenterCropConfig, CropBox> {
  static readonly type = 'CenterCrop'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override get transformsAlways(): boolean {
    return true
  }

  draw(_rng: unknown, images: Tensor): CropBox {
    const { height, width } = this.options
    const size = sizeOf(images)
    if (size.height < height || size.width < width) return largestBox(size, this.options)
    return {
      height,
      width,
      top: Math.floor((size.height - height) / 2),
      left: Math.floor((size.width - width) / 2),
    }
  }

  transform(images: Tensor, box: CropBox): Tensor {
    const { height, width } = this.options
    return box.height === height && box.width === width ? cropped(images, box) : smartResized(images, this.options)
  }

  override transformMasks(masks: Tensor, box: CropBox): Tensor {
    return this.transform(masks, box)
  }

  override transformBoxes(corners: Tensor, { top, left, height, width }: CropBox, _size: ImageSize): Tensor {
    const [x1, y1, x2, y2] = partsOf(corners)
    const across = (x: Tensor) => mul(sub(x, left), this.options.width / width)
    const down = (y: Tensor) => mul(sub(y, top), this.options.height / height)
    return concat([across(x1), down(y1), across(x2), down(y2)], -1)
  }
}
