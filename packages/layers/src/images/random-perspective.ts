import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import {
  add,
  broadcastTo,
  cast,
  iota,
  isFloat,
  mod,
  mul,
  notEqual,
  perspectivePoints,
  perspectiveTransform,
  randomUniform,
  reshape,
  stack,
  type Tensor,
  where,
} from '@gradus/tensor'
import { fillValueField, interpolationField } from './affine-layer.ts'
import { boxesAround, pointsOf } from './box-formats.ts'
import { againstImages, chosen } from './draws.ts'
import { type ImageArgument, ImageLayer, sizeOf } from './image-layer.ts'
import { type Interval, intervalKind, intervalOf, randomFields } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The interval from which the probability is drawn that an image is transformed; a single number f stands for [0, f]. */
    factor: { type: intervalKind, default: 1 },
    /** How far corners move, from 0 to 1: up to half of the size of the image times `scale`. */
    scale: { type: 'number', min: 0, max: 1, default: 1 },
    interpolation: interpolationField,
    fillValue: fillValueField,
  } as const,
  randomFields,
)

/** The options of `RandomPerspective`. */
export interface RandomPerspectiveConfig extends ConfigOf<typeof fields> {}

/** Which images are transformed, and their corners `[n, 4, 2]` before and after. */
interface Perspective {
  readonly isMoved: Tensor
  readonly start: Tensor
  readonly end: Tensor
}

/**
 * In training, shows images in a random perspective, each with a probability that is drawn from `factor`: the corners at the right
 * and at the bottom move. Otherwise it returns its input. Bounding boxes and segmentation masks follow. Throws
 * `ConfigError` for factors outside of 0 to 1 and `ShapeError` for other inputs than images. Keras: `RandomPerspective`.
 *
 * @example
 * import { RandomPerspective } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * new RandomPerspective({ scale: 0.5 }).call(ones([2, 4, 4, 3]), { training: true }).shape // => [2, 4, 4, 3]
 */
export class RandomPerspective extends ImageLayer<RandomPerspectiveConfig, Perspective> {
  static readonly type = 'RandomPerspective'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly probability: Interval

  constructor(...config: ImageArgument<RandomPerspectiveConfig>) {
    super(...config)
    this.probability = intervalOf(this.type, 'factor', this.options.factor, { least: 0, most: 1 })
  }

  draw(rng: Rng, images: Tensor): Perspective {
    const n = images.shape[0]!
    const { height, width } = sizeOf(images)
    const isMoved = againstImages(chosen(rng, images, this.probability))
    const far = 0.5 * this.options.scale
    const dtype = images.dtype === 'float64' ? 'float64' : 'float32'
    const parts = randomUniform(rng.next(), [n, 4, 2], { low: -far, high: far, dtype })
    // the corners top left, top right, bottom left and bottom right as x and y
    const corner = iota([4], 0)
    const x = mul(cast(mod(corner, 2), dtype), width - 1)
    const y = mul(cast(notEqual(corner, mod(corner, 2)), dtype), height - 1)
    const start = broadcastTo(stack([x, y], 1), [n, 4, 2])
    return { isMoved, start, end: add(start, mul(start, parts)) }
  }

  transform(images: Tensor, { isMoved, start, end }: Perspective): Tensor {
    const { interpolation, fillValue } = this.options
    return where(isMoved, perspectiveTransform(images, start, end, { interpolation, fillValue }), images)
  }

  override transformMasks(masks: Tensor, { isMoved, start, end }: Perspective): Tensor {
    const fillValue = isFloat(masks.dtype) ? this.options.fillValue : Math.trunc(this.options.fillValue)
    return where(isMoved, perspectiveTransform(masks, start, end, { interpolation: 'nearest', fillValue }), masks)
  }

  /** The smallest box around the moved corners of each box. */
  override transformBoxes(corners: Tensor, { isMoved, start, end }: Perspective): Tensor {
    const given = { from: cast(start, corners.dtype), to: cast(end, corners.dtype) }
    const moved = pointsOf(corners).map((points) => perspectivePoints(points, given.from, given.to))
    return where(reshape(isMoved, [corners.shape[0]!, 1, 1]), boxesAround(moved), corners)
  }
}
