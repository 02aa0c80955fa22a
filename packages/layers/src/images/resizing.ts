import {
  type ConfigArgument,
  ConfigError,
  type ConfigOf,
  joinFields,
  type LayerOptions,
  type OptionsOf,
} from '@gradus/core'
import { cast, concat, isFloat, mul, resize, round, sub, type Tensor } from '@gradus/tensor'
import { type ImageSize, partsOf } from './box-formats.ts'
import { type CropBox, cropped, largestBox, marginsOf, padded } from './crop-box.ts'
import { ImageLayer, sizeOf } from './image-layer.ts'
import { imageFields } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    height: { type: 'integer', min: 1, required: true, example: '32' },
    width: { type: 'integer', min: 1, required: true, example: '32' },
    /** How pixels between those of the input are computed. */
    interpolation: { oneOf: ['bilinear', 'nearest', 'bicubic', 'lanczos3', 'lanczos5'], default: 'bilinear' },
    /** Whether to cut off edges so that the image is not distorted. */
    cropToAspectRatio: { type: 'boolean', default: false },
    /** Whether to add edges so that the image is not distorted. */
    padToAspectRatio: { type: 'boolean', default: false },
    /** The values of added edges. */
    fillMode: { oneOf: ['constant'], default: 'constant' },
    fillValue: { type: 'number', default: 0 },
    /** Whether an axis that becomes shorter is smoothed, so that all its pixels count. */
    antialias: { type: 'boolean', default: false },
  } as const,
  imageFields,
)

/** The options of `Resizing`. */
export interface ResizingConfig extends ConfigOf<typeof fields> {}

/** The part of the input that is resized, which may be larger than the input. */
type Frame = CropBox

/**
 * Resizes images to `height` x `width`, also outside of training. Whole numbers stay whole numbers. Segmentation masks are resized
 * with `nearest`. Bounding boxes follow the pixels; Keras does not round cuts and edges to pixels for them. Throws `ConfigError` for
 * both `cropToAspectRatio` and `padToAspectRatio`, and `ShapeError` for other inputs than images. Keras: `Resizing`.
 *
 * @example
 * import { Resizing } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const x = tensor([[[[1], [3]]]])
 * new Resizing({ height: 1, width: 4 }).call(x).array() // => [[[[1], [1.5], [2.5], [3]]]]
 */
export class Resizing extends ImageLayer<ResizingConfig, Frame> {
  static readonly type = 'Resizing'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ConfigArgument<LayerOptions<ResizingConfig>>) {
    super(...config)
    const { cropToAspectRatio, padToAspectRatio } = this.options
    if (!(cropToAspectRatio && padToAspectRatio)) return
    throw new ConfigError(
      `${this.type}: 'cropToAspectRatio' and 'padToAspectRatio' are both true. Leave one of them out.`,
    )
  }

  protected override get transformsAlways(): boolean {
    return true
  }

  protected override prepared(images: Tensor): Tensor {
    return images
  }

  draw(_rng: unknown, images: Tensor): Frame {
    const { cropToAspectRatio, padToAspectRatio } = this.options
    const size = sizeOf(images)
    if (cropToAspectRatio) return largestBox(size, this.options)
    const { top, left } = padToAspectRatio ? marginsOf(size, this.options) : { top: 0, left: 0 }
    return { top: -top, left: -left, height: size.height + 2 * top, width: size.width + 2 * left }
  }

  transform(images: Tensor, frame: Frame): Tensor {
    return this.resized(images, frame, this.options.interpolation)
  }

  override transformMasks(masks: Tensor, frame: Frame): Tensor {
    return this.resized(masks, frame, 'nearest')
  }

  override transformBoxes(corners: Tensor, { top, left, height, width }: Frame, _size: ImageSize): Tensor {
    const [x1, y1, x2, y2] = partsOf(corners)
    const across = (x: Tensor) => mul(sub(x, left), this.options.width / width)
    const down = (y: Tensor) => mul(sub(y, top), this.options.height / height)
    return concat([across(x1), down(y1), across(x2), down(y2)], -1)
  }

  private resized(images: Tensor, frame: Frame, interpolation: OptionsOf<typeof fields>['interpolation']): Tensor {
    const { height, width, antialias, fillValue } = this.options
    const isWhole = !isFloat(images.dtype)
    const framed = frame.top < 0 || frame.left < 0 ? padded(images, negated(frame), fillValue) : cropped(images, frame)
    if (!isWhole || interpolation === 'nearest') return resize(framed, [height, width], { interpolation, antialias })
    return cast(round(resize(cast(framed, 'float32'), [height, width], { interpolation, antialias })), images.dtype)
  }
}

function negated({ top, left }: Frame): { readonly top: number; readonly left: number } {
  return { top: -top, left: -left }
}
