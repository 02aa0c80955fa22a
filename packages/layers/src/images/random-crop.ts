import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { add, cast, concat, floor, gather, iota, mul, randomUniform, resize, sub, type Tensor } from '@gradus/tensor'
import { type ImageSize, partsOf } from './box-formats.ts'
import { cropped, largestBox, smartResized } from './crop-box.ts'
import { ImageLayer, sizeOf } from './image-layer.ts'
import { randomFields } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    height: { type: 'integer', min: 1, required: true, example: '28' },
    width: { type: 'integer', min: 1, required: true, example: '28' },
  } as const,
  randomFields,
)

/** The options of `RandomCrop`. */
export interface RandomCropConfig extends ConfigOf<typeof fields> {}

/** The first row and column of the part that is cut out: numbers, or int32 tensors without axes. */
interface Corner {
  readonly top: number | Tensor
  readonly left: number | Tensor
}

/**
 * In training, cuts a part of `height` x `width` pixels out of images, at a random place that is the same for all images of a batch.
 * Images that are not larger in both directions are cut where they can be, and resized. Otherwise the largest part of this shape in
 * the middle is taken and resized, as Keras's documentation says; Keras returns images as they are then. Throws `ShapeError` for
 * other inputs than images. Keras: `RandomCrop`.
 *
 * @example
 * import { RandomCrop } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * new RandomCrop({ height: 3, width: 2 }).call(ones([2, 5, 5, 1]), { training: true }).shape // => [2, 3, 2, 1]
 */
export class RandomCrop extends ImageLayer<RandomCropConfig, Corner> {
  static readonly type = 'RandomCrop'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  draw(rng: Rng, images: Tensor): Corner {
    const { height, width } = this.options
    const size = sizeOf(images)
    if (size.height <= height || size.width <= width) return largestBox(size, this.options)
    const place = (high: number) => cast(floor(randomUniform(rng.next(), [], { low: 0, high })), 'int32')
    return { top: place(size.height - height + 1), left: place(size.width - width + 1) }
  }

  transform(images: Tensor, { top, left }: Corner): Tensor {
    const { height, width } = this.options
    if (typeof top !== 'number' || typeof left !== 'number') {
      const rows = gather(images, add(iota([height]), top), { axis: 1 })
      return gather(rows, add(iota([width]), left), { axis: 2 })
    }
    const size = sizeOf(images)
    const box = { top, left, height: Math.min(height, size.height - top), width: Math.min(width, size.width - left) }
    const part = cropped(images, box)
    return box.height === height && box.width === width ? part : resize(part, [height, width])
  }

  override transformMasks(masks: Tensor, drawn: Corner): Tensor {
    return this.transform(masks, drawn)
  }

  override transformBoxes(corners: Tensor, { top, left }: Corner, size: ImageSize): Tensor {
    const { height, width } = this.options
    const [x1, y1, x2, y2] = partsOf(corners)
    const scale = (length: number, most: number, start: number | Tensor) =>
      typeof start === 'number' ? length / Math.min(length, most - start) : 1
    const start = (x: number | Tensor) => (typeof x === 'number' ? x : cast(x, corners.dtype))
    const across = (x: Tensor) => mul(sub(x, start(left)), scale(width, size.width, left))
    const down = (y: Tensor) => mul(sub(y, start(top)), scale(height, size.height, top))
    return concat([across(x1), down(y1), across(x2), down(y2)], -1)
  }

  protected override unchanged(images: Tensor): Tensor {
    return smartResized(images, this.options)
  }
}
