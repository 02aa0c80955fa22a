import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { add, clip, mul, rgbToGrayscale, sub, type Tensor } from '@gradus/tensor'
import { colorFields } from './color-layer.ts'
import { againstImages, perImage } from './draws.ts'
import { FactorLayer } from './factor-layer.ts'
import { intervalKind } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** How gray images become: 0 keeps the colors, 1 removes them, -1 doubles them. Two numbers are the lowest and the highest. */
    factor: { type: intervalKind, required: true, example: '0.2' },
  } as const,
  colorFields,
)

/** The options of `RandomColorDegeneration`. */
export interface RandomColorDegenerationConfig extends ConfigOf<typeof fields> {}

/**
 * In training, mixes each image of red, green and blue with its gray version; their shares are drawn from `factor`. The values are
 * limited to `valueRange`. Otherwise it returns its input. Throws `ConfigError` for factors outside of -1 to 1 and `ShapeError` for
 * other inputs than images of 3 channels. Keras: `RandomColorDegeneration`.
 *
 * @example
 * import { RandomColorDegeneration } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const gray = new RandomColorDegeneration({ factor: [1, 1] })
 * gray.call(tensor([[[[0, 100, 0]]]]), { training: true }).array() // => [[[[58.7, 58.7, 58.7]]]]
 */
export class RandomColorDegeneration extends FactorLayer<RandomColorDegenerationConfig> {
  static readonly type = 'RandomColorDegeneration'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override limits() {
    return { least: -1, most: 1 }
  }

  draw(rng: Rng, images: Tensor): Tensor {
    return againstImages(perImage(rng, images, this.factors))
  }

  transform(images: Tensor, drawn: Tensor): Tensor {
    return clip(add(images, mul(drawn, sub(rgbToGrayscale(images), images))), ...this.range)
  }
}
