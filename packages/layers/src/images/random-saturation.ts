import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { add, clip, concat, div, hsvToRgb, mul, rgbToHsv, split, sub, type Tensor } from '@gradus/tensor'
import { colorFields } from './color-layer.ts'
import { againstImages, perImage } from './draws.ts'
import { FactorLayer } from './factor-layer.ts'
import { intervalKind } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** 0 makes images gray, 0.5 keeps them, larger numbers up to 1 make colors stronger. Two numbers are the lowest and the highest. */
    factor: { type: intervalKind, required: true, example: '0.2' },
  } as const,
  colorFields,
)

/** The options of `RandomSaturation`. */
export interface RandomSaturationConfig extends ConfigOf<typeof fields> {}

/**
 * In training, multiplies the saturation of each image of red, green and blue by f / (1 - f) for a number f that is drawn from
 * `factor`. Otherwise it returns its input. Throws `ConfigError` for factors outside of -1 to 1 and `ShapeError` for other inputs than
 * images of 3 channels. Keras: `RandomSaturation`.
 *
 * @example
 * import { RandomSaturation } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const gray = new RandomSaturation({ factor: [0, 0] })
 * gray.call(tensor([[[[10, 20, 40]]]]), { training: true }).array() // => [[[[40, 40, 40]]]]
 */
export class RandomSaturation extends FactorLayer<RandomSaturationConfig> {
  static readonly type = 'RandomSaturation'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override limits() {
    return { least: -1, most: 1 }
  }

  draw(rng: Rng, images: Tensor): Tensor {
    const factor = perImage(rng, images, this.factors)
    return againstImages(div(factor, add(sub(1, factor), 1e-7)))
  }

  transform(images: Tensor, drawn: Tensor): Tensor {
    const [hue, saturation, value] = split(rgbToHsv(images), 3, -1)
    return hsvToRgb(concat([hue!, clip(mul(saturation!, drawn), ...this.range), value!], -1))
  }
}
