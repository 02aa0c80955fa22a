import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { add, clip, mul, type Tensor } from '@gradus/tensor'
import { colorFields } from './color-layer.ts'
import { againstImages, perImage } from './draws.ts'
import { FactorLayer } from './factor-layer.ts'
import { intervalKind } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The largest change as a part of the value range, from -1 to 1; two numbers are the lowest and the highest. */
    factor: { type: intervalKind, required: true, example: '0.2' },
  } as const,
  colorFields,
)

/** The options of `RandomBrightness`. */
export interface RandomBrightnessConfig extends ConfigOf<typeof fields> {}

/**
 * In training, adds a number to each image that is drawn from `factor`, times the size of the value range, and limits the values to
 * the range. Otherwise it returns its input. Throws `ConfigError` for factors outside of -1 to 1 and `ShapeError` for other inputs
 * than images. Keras: `RandomBrightness`.
 *
 * @example
 * import { RandomBrightness } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new RandomBrightness({ factor: [0.2, 0.2] })
 * layer.call(tensor([[[[10], [250]]]]), { training: true }).array() // => [[[[61], [255]]]]
 */
export class RandomBrightness extends FactorLayer<RandomBrightnessConfig> {
  static readonly type = 'RandomBrightness'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override limits() {
    return { least: -1, most: 1 }
  }

  draw(rng: Rng, images: Tensor): Tensor {
    const [low, high] = this.range
    return mul(againstImages(perImage(rng, images, this.factors)), high - low)
  }

  transform(images: Tensor, drawn: Tensor): Tensor {
    return clip(add(images, drawn), ...this.range)
  }
}
