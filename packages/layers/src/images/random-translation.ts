import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { mul, neg, onesLike, stack, type Tensor, zerosLike } from '@gradus/tensor'
import { AffineLayer, samplingFields } from './affine-layer.ts'
import { coordinates } from './draws.ts'
import { type ImageArgument, sizeOf } from './image-layer.ts'
import { type Interval, intervalKind, intervalOf } from './image-options.ts'

const factor = { type: intervalKind, required: true, example: '0.1' } as const

const fields = /* @__PURE__ */ joinFields(
  {
    /** The largest shift down as a part of the height, from -1 to 1; two numbers are the lowest and the highest. */
    heightFactor: factor,
    /** The largest shift to the right as a part of the width. */
    widthFactor: factor,
  } as const,
  samplingFields,
)

/** The options of `RandomTranslation`. */
export interface RandomTranslationConfig extends ConfigOf<typeof fields> {}

/**
 * In training, shifts each image by parts of its height and width that are drawn from the factors. Otherwise it returns its input.
 * Bounding boxes and segmentation masks follow. Throws `ConfigError` for factors outside of -1 to 1 and `ShapeError` for other
 * inputs than images. Keras: `RandomTranslation`.
 *
 * @example
 * import { RandomTranslation } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new RandomTranslation({ heightFactor: 0, widthFactor: [0.5, 0.5], fillMode: 'constant' })
 * layer.call(tensor([[[[1], [2]]]]), { training: true }).array() // => [[[[0], [1]]]]
 */
export class RandomTranslation extends AffineLayer<RandomTranslationConfig> {
  static readonly type = 'RandomTranslation'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly down: Interval
  private readonly right: Interval

  constructor(...config: ImageArgument<RandomTranslationConfig>) {
    super(...config)
    const rules = { least: -1, most: 1, isStrict: true }
    this.down = intervalOf(this.type, 'heightFactor', this.options.heightFactor, rules)
    this.right = intervalOf(this.type, 'widthFactor', this.options.widthFactor, rules)
  }

  draw(rng: Rng, images: Tensor): Tensor {
    const { height, width } = sizeOf(images)
    const down = mul(coordinates(rng, images, this.down), height)
    const right = mul(coordinates(rng, images, this.right), width)
    const [zero, one] = [zerosLike(down), onesLike(down)]
    return stack([one, zero, neg(right), zero, one, neg(down)], 1)
  }
}
