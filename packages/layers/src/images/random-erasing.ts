import { ConfigError, type ConfigOf, describeValue, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import {
  clip,
  type FloatDType,
  full,
  logicalAnd,
  mul,
  randomNormal,
  randomUniform,
  reshape,
  sliceAxis,
  sqrt,
  stack,
  type Tensor,
  where,
} from '@gradus/tensor'
import { ColorLayer, colorFields } from './color-layer.ts'
import { againstImages, chosen } from './draws.ts'
import { type ImageArgument, sizeOf } from './image-layer.ts'
import { type Interval, intervalKind, intervalOf } from './image-options.ts'
import { insideBoxes, randomSides } from './random-boxes.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The interval from which the probability is drawn that a part of an image is erased; a single number f stands for [0, f]. */
    factor: { type: intervalKind, default: 1 },
    /** The interval of the erased part of the area, from 0 to 1; a single number f stands for [0, f]. */
    scale: { type: intervalKind, default: [0.02, 0.33] },
    /** The value of erased pixels: a number, or one for each channel. Without it they are random. */
    fillValue: { type: ['number', 'numbers'] },
  } as const,
  colorFields,
)

/** The options of `RandomErasing`. */
export interface RandomErasingConfig extends ConfigOf<typeof fields> {}

/** Which pixels are erased, and their new values. */
interface Erasure {
  readonly isErased: Tensor
  readonly values: Tensor
}

/**
 * In training, replaces the pixels in a box of each image, at a random place, with a probability that is drawn from `factor`.
 * Otherwise it returns its input. Throws `ConfigError` for factors outside of 0 to 1 and `ShapeError` for other inputs than images.
 * Keras: `RandomErasing` (Zhong et al., 2020).
 *
 * @example
 * import { RandomErasing } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const whole = new RandomErasing({ factor: [1, 1], scale: [1, 1], fillValue: 7 })
 * whole.call(ones([1, 1, 2, 1]), { training: true }).array() // => [[[[7], [7]]]]
 */
export class RandomErasing extends ColorLayer<RandomErasingConfig, Erasure> {
  static readonly type = 'RandomErasing'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly probability: Interval
  private readonly scale: Interval

  constructor(...config: ImageArgument<RandomErasingConfig>) {
    super(...config)
    const rules = { least: 0, most: 1 }
    this.probability = intervalOf(this.type, 'factor', this.options.factor, rules)
    this.scale = intervalOf(this.type, 'scale', this.options.scale, rules)
  }

  draw(rng: Rng, images: Tensor): Erasure {
    const n = images.shape[0]!
    const { height, width } = sizeOf(images)
    const [low, high] = this.scale
    const shares = sqrt(randomUniform(rng.next(), [n, 2], { low, high, dtype: images.dtype as FloatDType }))
    const share = (index: number) => reshape(sliceAxis(shares, 1, index, 1), [n])
    const across = randomSides(rng, images, width, share(0))
    const down = randomSides(rng, images, height, share(1))
    const isChosen = againstImages(chosen(rng, images, this.probability))
    return { isErased: logicalAnd(isChosen, insideBoxes(images, across, down)), values: this.values(rng, images) }
  }

  transform(images: Tensor, { isErased, values }: Erasure): Tensor {
    return where(isErased, values, images)
  }

  private values(rng: Rng, images: Tensor): Tensor {
    const { fillValue } = this.options
    const dtype = images.dtype as FloatDType
    if (fillValue === undefined)
      return clip(mul(randomNormal(rng.next(), images.shape, { dtype }), this.range[1]), ...this.range)
    const channels = images.shape[3]!
    const values = typeof fillValue === 'number' ? new Array<number>(channels).fill(fillValue) : fillValue
    if (values.length !== channels) {
      throw new ConfigError(
        `${this.type}: 'fillValue' is ${describeValue(fillValue)}, and the images have ${channels} channels. Give one number, or one for each channel.`,
      )
    }
    return clip(
      stack(
        values.map((value) => full([1, 1, 1], value, dtype)),
        -1,
      ),
      ...this.range,
    )
  }
}
