import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { sub, type Tensor, where } from '@gradus/tensor'
import { colorFields } from './color-layer.ts'
import { againstImages, chosen } from './draws.ts'
import { FactorLayer } from './factor-layer.ts'
import { intervalKind } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The interval from which the probability is drawn that an image is inverted; a single number f stands for [0, f]. */
    factor: { type: intervalKind, default: 1 },
  } as const,
  colorFields,
)

/** The options of `RandomInvert`. */
export interface RandomInvertConfig extends ConfigOf<typeof fields> {}

/**
 * In training, subtracts images from the highest value of `valueRange`, each with a probability that is drawn from `factor`.
 * Otherwise it returns its input. Throws `ConfigError` for factors outside of 0 to 1 and `ShapeError` for other inputs than images.
 * Keras: `RandomInvert`.
 *
 * @example
 * import { RandomInvert } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new RandomInvert({ factor: [1, 1] })
 * layer.call(tensor([[[[5], [255]]]]), { training: true }).array() // => [[[[250], [0]]]]
 */
export class RandomInvert extends FactorLayer<RandomInvertConfig> {
  static readonly type = 'RandomInvert'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  draw(rng: Rng, images: Tensor): Tensor {
    return againstImages(chosen(rng, images, this.factors))
  }

  transform(images: Tensor, drawn: Tensor): Tensor {
    return where(drawn, sub(this.range[1], images), images)
  }
}
