import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { cast, mul, onesLike, stack, type Tensor, zerosLike } from '@gradus/tensor'
import { AffineLayer, samplingFields } from './affine-layer.ts'
import { coordinates, randomSign } from './draws.ts'
import type { ImageArgument } from './image-layer.ts'
import { type Interval, intervalKind, intervalOf } from './image-options.ts'

const factor = { type: intervalKind, default: 0 } as const

const fields = /* @__PURE__ */ joinFields(
  {
    /** The largest shift of a row per pixel of its distance from the top, from 0 to 1; two numbers are the lowest and the highest. */
    xFactor: factor,
    /** The largest shift of a column per pixel of its distance from the left. */
    yFactor: factor,
  } as const,
  samplingFields,
)

/** The options of `RandomShear`. */
export interface RandomShearConfig extends ConfigOf<typeof fields> {}

/**
 * In training, shears each image by factors that are drawn, in a random direction. Otherwise it returns its input. Bounding boxes
 * and segmentation masks follow. Throws `ConfigError` for factors outside of 0 to 1 and `ShapeError` for other inputs than images.
 * Keras: `RandomShear`.
 *
 * @example
 * import { RandomShear } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * new RandomShear({ xFactor: 0.2 }).call(ones([2, 4, 4, 3]), { training: true }).shape // => [2, 4, 4, 3]
 */
export class RandomShear extends AffineLayer<RandomShearConfig> {
  static readonly type = 'RandomShear'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly x: Interval
  private readonly y: Interval

  constructor(...config: ImageArgument<RandomShearConfig>) {
    super(...config)
    const rules = { least: 0, most: 1, isStrict: true, ofNumber: (value: number): Interval => [-value, value] }
    this.x = intervalOf(this.type, 'xFactor', this.options.xFactor, rules)
    this.y = intervalOf(this.type, 'yFactor', this.options.yFactor, rules)
  }

  draw(rng: Rng, images: Tensor): Tensor {
    const direction = randomSign(rng, images)
    const [down, across] = [coordinates(rng, images, this.y), coordinates(rng, images, this.x)]
    const signed = (x: Tensor) => mul(x, cast(direction, x.dtype))
    const [zero, one] = [zerosLike(down), onesLike(down)]
    return stack([one, signed(across), zero, signed(down), one, zero], 1)
  }
}
