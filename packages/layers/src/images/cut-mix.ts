import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import {
  add,
  cast,
  div,
  gather,
  mul,
  permutation,
  randomBeta,
  randomUniform,
  sqrt,
  sub,
  type Tensor,
  where,
} from '@gradus/tensor'
import { boxesRefused, type ImageArgument, sizeOf } from './image-layer.ts'
import { type Interval, intervalKind, intervalOf, randomFields } from './image-options.ts'
import { MixedImages, type Partners } from './mixed-images.ts'
import { insideBoxes, randomSides } from './random-boxes.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The interval of the shape of the beta distribution of shares, from 0 to 1; a single number f stands for [0, f]. */
    factor: { type: intervalKind, default: 1 },
  } as const,
  randomFields,
)

/** The options of `CutMix`. */
export interface CutMixConfig extends ConfigOf<typeof fields> {}

/** The other images, and which pixels are theirs. */
interface Cut extends Partners {
  readonly isOther: Tensor
}

/**
 * In training, replaces the pixels in a box of each image, at a random place, by those of another image of the batch, and mixes
 * their labels by the areas: give an object `{ images, labels }` with labels as vectors. Segmentation masks follow; bounding boxes
 * are not supported. Otherwise it returns its input. Throws `ConfigError` for factors outside of 0 to 1 and `ShapeError` for other
 * inputs than images. Keras: `CutMix` (Yun et al., 2019).
 *
 * @example
 * import { CutMix } from '@gradus/layers'
 * import { eye, ones } from '@gradus/tensor'
 * const mixed = new CutMix().callAll({ images: ones([3, 4, 4, 1]), labels: eye(3) }, { training: true })
 * mixed.images.shape // => [3, 4, 4, 1]
 */
export class CutMix extends MixedImages<CutMixConfig, Cut> {
  static readonly type = 'CutMix'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly alpha: Interval

  constructor(...config: ImageArgument<CutMixConfig>) {
    super(...config)
    this.alpha = intervalOf(this.type, 'factor', this.options.factor, { least: 0, most: 1 })
  }

  draw(rng: Rng, images: Tensor): Cut {
    const n = images.shape[0]!
    const { height, width } = sizeOf(images)
    const [low, high] = this.alpha
    const alpha = add(randomUniform(rng.next(), [], { low, high }), 1e-6)
    const share = cast(sqrt(sub(1, randomBeta(rng.next(), [n], alpha, alpha))), images.dtype)
    const across = randomSides(rng, images, width, share)
    const down = randomSides(rng, images, height, share)
    const order = permutation(rng.next(), n)
    const weight = sub(1, div(mul(across.length, down.length), width * height))
    return { order, weight, isOther: insideBoxes(images, across, down) }
  }

  transform(images: Tensor, { order, isOther }: Cut): Tensor {
    return where(isOther, gather(images, order), images)
  }

  override transformMasks(masks: Tensor, drawn: Cut): Tensor {
    return this.transform(masks, drawn)
  }

  override transformBoxes(): Tensor {
    throw boxesRefused(this)
  }
}
