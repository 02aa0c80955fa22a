import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { cos, mul, neg, sin, stack, sub, type Tensor } from '@gradus/tensor'
import { AffineLayer, samplingFields } from './affine-layer.ts'
import { coordinates } from './draws.ts'
import { type ImageArgument, sizeOf } from './image-layer.ts'
import { type Interval, intervalKind, intervalOf } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The largest angle as a part of a full turn, from -1 to 1; two numbers are the lowest and the highest. */
    factor: { type: intervalKind, required: true, example: '0.1' },
  } as const,
  samplingFields,
)

/** The options of `RandomRotation`. */
export interface RandomRotationConfig extends ConfigOf<typeof fields> {}

/**
 * In training, turns each image about its center by an angle drawn from `factor`. Otherwise it returns its input. Positive angles
 * turn counterclockwise. Bounding boxes and segmentation masks follow. Throws `ConfigError` for factors outside of -1 to 1 and
 * `ShapeError` for other inputs than images. Keras: `RandomRotation`.
 *
 * @example
 * import { RandomRotation } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const quarter = new RandomRotation({ factor: [0.25, 0.25], interpolation: 'nearest' })
 * const x = tensor([[[[1], [2]], [[3], [4]]]])
 * quarter.call(x, { training: true }).array() // => [[[[2], [4]], [[1], [3]]]]
 */
export class RandomRotation extends AffineLayer<RandomRotationConfig> {
  static readonly type = 'RandomRotation'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly turns: Interval

  constructor(...config: ImageArgument<RandomRotationConfig>) {
    super(...config)
    this.turns = intervalOf(this.type, 'factor', this.options.factor, { least: -1, most: 1 })
  }

  draw(rng: Rng, images: Tensor): Tensor {
    const { height, width } = sizeOf(images)
    const degrees = coordinates(rng, images, [this.turns[0] * 360, this.turns[1] * 360])
    const angle = mul(degrees, Math.PI / 180)
    const [cosine, sine] = [cos(angle), sin(angle)]
    const [x, y] = [0.5 * (width - 1), 0.5 * (height - 1)]
    // the center stays in place
    const right = sub(sub(x, mul(cosine, x)), mul(neg(sine), y))
    const down = sub(sub(y, mul(sine, x)), mul(cosine, y))
    return stack([cosine, neg(sine), right, sine, cosine, down], 1)
  }
}
