import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import {
  add,
  clip,
  concat,
  greater,
  hsvToRgb,
  less,
  mul,
  rgbToHsv,
  split,
  sub,
  type Tensor,
  where,
} from '@gradus/tensor'
import { colorFields } from './color-layer.ts'
import { againstImages, perImage, randomSign } from './draws.ts'
import { FactorLayer } from './factor-layer.ts'
import { intervalKind } from './image-options.ts'
import { rescaled } from './value-range.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The largest change as a part of half of the color circle, from 0 to 1; two numbers are the lowest and the highest. */
    factor: { type: intervalKind, required: true, example: '0.2' },
  } as const,
  colorFields,
)

/** The options of `RandomHue`. */
export interface RandomHueConfig extends ConfigOf<typeof fields> {}

/**
 * In training, turns the hue of each image of red, green and blue by an angle that is drawn from `factor`, in a random direction.
 * Otherwise it returns its input. Throws `ConfigError` for factors outside of 0 to 1 and `ShapeError` for other inputs than images of
 * 3 channels. Keras: `RandomHue`.
 *
 * @example
 * import { RandomHue } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const opposite = new RandomHue({ factor: [1, 1] })
 * opposite.call(tensor([[[[255, 0, 0]]]]), { training: true }).array() // => [[[[0, 255, 255]]]]
 */
export class RandomHue extends FactorLayer<RandomHueConfig> {
  static readonly type = 'RandomHue'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  draw(rng: Rng, images: Tensor): Tensor {
    const direction = randomSign(rng, images)
    return againstImages(mul(mul(direction, perImage(rng, images, this.factors)), 0.5))
  }

  transform(images: Tensor, drawn: Tensor): Tensor {
    const [hue, saturation, value] = split(rgbToHsv(rescaled(images, this.range, [0, 1])), 3, -1)
    const turned = add(hue!, drawn)
    const lowered = where(greater(turned, 1), sub(turned, 1), turned)
    const around = where(less(lowered, 0), add(lowered, 1), lowered)
    return rescaled(clip(hsvToRgb(concat([around, saturation!, value!], -1)), 0, 1), [0, 1], this.range)
  }
}
