import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import {
  add,
  cast,
  clip,
  floor,
  gaussianBlur,
  iota,
  isFloat,
  maximum,
  mul,
  randomNormal,
  randomUniform,
  reshape,
  sampleImages,
  type Tensor,
  where,
} from '@gradus/tensor'
import { fillValueField, interpolationField } from './affine-layer.ts'
import { ColorLayer, colorFields } from './color-layer.ts'
import { againstImages, chosen } from './draws.ts'
import { boxesRefused, type ImageArgument, sizeOf } from './image-layer.ts'
import { type Interval, intervalKind, intervalOf } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The interval from which the probability is drawn that an image is transformed; a single number f stands for [0, f]. */
    factor: { type: intervalKind, default: 1 },
    /** The interval of the strength, from 0 to 1; a single number f stands for [0, f]. */
    scale: { type: intervalKind, default: 1 },
    interpolation: interpolationField,
    /** The values outside of the image; `mirror` is `reflect` without the edge. */
    fillMode: { oneOf: ['reflect', 'wrap', 'constant', 'nearest', 'mirror'], default: 'reflect' },
    fillValue: fillValueField,
  } as const,
  colorFields,
)

/** The options of `RandomElasticTransform`. */
export interface RandomElasticTransformConfig extends ConfigOf<typeof fields> {}

/** Which images are transformed, and the coordinates of their pixels `[n, height, width]`. */
interface Distortion {
  readonly isMoved: Tensor
  readonly rows: Tensor
  readonly columns: Tensor
}

/**
 * In training, moves the pixels of images by smooth random distances, each image with a probability that is drawn from `factor`. The
 * strength is drawn once for a batch. Values are limited to `valueRange`. Otherwise it returns its input. Segmentation masks follow;
 * bounding boxes are not supported. Throws `ConfigError` for factors outside of 0 to 1 and `ShapeError` for other inputs than
 * images. Distances along both axes are independent; in Keras they are equal. Keras: `RandomElasticTransform`.
 *
 * @example
 * import { RandomElasticTransform } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * new RandomElasticTransform().call(ones([2, 6, 6, 3]), { training: true }).shape // => [2, 6, 6, 3]
 */
export class RandomElasticTransform extends ColorLayer<RandomElasticTransformConfig, Distortion | undefined> {
  static readonly type = 'RandomElasticTransform'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly probability: Interval
  private readonly scale: Interval

  constructor(...config: ImageArgument<RandomElasticTransformConfig>) {
    super(...config)
    const rules = { least: 0, most: 1 }
    this.probability = intervalOf(this.type, 'factor', this.options.factor, rules)
    this.scale = intervalOf(this.type, 'scale', this.options.scale, rules)
  }

  draw(rng: Rng, images: Tensor): Distortion | undefined {
    const [low, high] = this.scale
    if (high === 0 || this.probability[1] === 0) return undefined
    const isMoved = againstImages(chosen(rng, images, this.probability))
    const n = images.shape[0]!
    const { height, width } = sizeOf(images)
    const dtype = images.dtype === 'float64' ? 'float64' : 'float32'
    const factor = randomUniform(rng.next(), [], { low, high, dtype })
    const strength = mul(factor, 0.1 * Math.max(height, width))
    const sigma = mul(factor, 0.05 * Math.min(height, width))
    // the kernel reaches 3 sigma; its size is that of the largest possible sigma
    const size = Math.trunc(6 * 0.05 * Math.min(height, width) * Math.min(high, 1)) | 1
    const distances = (): Tensor => {
      const noise = mul(randomNormal(rng.next(), [n, height, width, 1], { dtype }), sigma)
      const safe = maximum(sigma, 1e-6)
      const smooth = gaussianBlur(noise, { kernelSize: [size, size], sigma: [safe, safe], reach: floor(mul(sigma, 3)) })
      return mul(reshape(smooth, [n, height, width]), strength)
    }
    const place = (axis: 1 | 2) => cast(iota([1, height, width], axis), dtype)
    return { isMoved, columns: add(place(2), distances()), rows: add(place(1), distances()) }
  }

  transform(images: Tensor, drawn: Distortion | undefined): Tensor {
    if (!drawn) return images
    const { interpolation, fillMode, fillValue } = this.options
    const moved = sampleImages(images, drawn.rows, drawn.columns, { interpolation, fillMode, fillValue })
    return clip(where(drawn.isMoved, moved, images), ...this.range)
  }

  override transformMasks(masks: Tensor, drawn: Distortion | undefined): Tensor {
    if (!drawn) return masks
    const { fillMode, fillValue: given } = this.options
    const fillValue = isFloat(masks.dtype) ? given : Math.trunc(given)
    return where(
      drawn.isMoved,
      sampleImages(masks, drawn.rows, drawn.columns, { interpolation: 'nearest', fillMode, fillValue }),
      masks,
    )
  }

  override transformBoxes(): Tensor {
    throw boxesRefused(this)
  }
}
