import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { add, clip, less, sub, type Tensor, where } from '@gradus/tensor'
import { ColorLayer, colorFields } from './color-layer.ts'
import { againstImages, perImage } from './draws.ts'
import type { ImageArgument } from './image-layer.ts'
import { type Interval, intervalKind, intervalOf } from './image-options.ts'
import { bytes, rescaled } from './value-range.ts'

const factor = { type: intervalKind, default: 0 } as const

const fields = /* @__PURE__ */ joinFields(
  {
    /** What is added to the values before, as a part of the range, from 0 to 1; a single number f stands for [0, f]. */
    additionFactor: factor,
    /** From which value on pixels are inverted, as a part of the range, from 0 to 1. */
    thresholdFactor: factor,
  } as const,
  colorFields,
)

/** The options of `Solarization`. */
export interface SolarizationConfig extends ConfigOf<typeof fields> {}

/** What is added to each image, and its threshold, for values from 0 to 255. */
interface Exposure {
  readonly addition: Tensor
  readonly threshold: Tensor
}

/**
 * In training, adds a number to each image and inverts the pixels from a threshold on; both are drawn. Otherwise it returns its
 * input. Throws `ConfigError` for factors outside of 0 to 1 and `ShapeError` for other inputs than images. As in Keras, the second
 * number of a pair of factors is multiplied by 255, the first is not. Keras: `Solarization`.
 *
 * @example
 * import { Solarization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Solarization().call(tensor([[[[0], [200]]]]), { training: true }).array() // => [[[[255], [55]]]]
 */
export class Solarization extends ColorLayer<SolarizationConfig, Exposure> {
  static readonly type = 'Solarization'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly additions: Interval
  private readonly thresholds: Interval

  constructor(...config: ImageArgument<SolarizationConfig>) {
    super(...config)
    const { additionFactor, thresholdFactor } = this.options
    const rules = { least: 0, most: 1, isStrict: true, ofNumber: (value: number): Interval => [0, value] }
    this.additions = intervalOf(this.type, 'additionFactor', additionFactor, rules)
    this.thresholds = intervalOf(this.type, 'thresholdFactor', thresholdFactor, rules)
  }

  draw(rng: Rng, images: Tensor): Exposure {
    const drawn = ([low, high]: Interval) => againstImages(perImage(rng, images, [low, high * 255]))
    return { addition: drawn(this.additions), threshold: drawn(this.thresholds) }
  }

  transform(images: Tensor, { addition, threshold }: Exposure): Tensor {
    const values = clip(add(rescaled(images, this.range, bytes), addition), ...bytes)
    return rescaled(where(less(values, threshold), values, sub(255, values)), bytes, this.range)
  }
}
