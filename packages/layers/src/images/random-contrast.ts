import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { add, clip, mean, mul, sub, type Tensor } from '@gradus/tensor'
import { colorFields } from './color-layer.ts'
import { againstImages, perImage } from './draws.ts'
import { FactorLayer } from './factor-layer.ts'
import { type Interval, intervalKind } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The contrast is multiplied by a number from 1 - the first to 1 + the second; a single number f stands for [0, f]. */
    factor: { type: intervalKind, required: true, example: '0.2' },
  } as const,
  colorFields,
)

/** The options of `RandomContrast`. */
export interface RandomContrastConfig extends ConfigOf<typeof fields> {}

/**
 * In training, multiplies the deviations of the pixels of each image from the mean of their channel by a number that is drawn, and
 * limits the values to `valueRange`. Otherwise it returns its input. Throws `ConfigError` for factors outside of 0 to 1 and
 * `ShapeError` for other inputs than images. Keras: `RandomContrast`.
 *
 * @example
 * import { RandomContrast } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new RandomContrast({ factor: [-0.5, 0.5] })
 * layer.call(tensor([[[[100], [120]]]]), { training: true }).array() // => [[[[95], [125]]]]
 */
export class RandomContrast extends FactorLayer<RandomContrastConfig> {
  static readonly type = 'RandomContrast'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  draw(rng: Rng, images: Tensor): Tensor {
    return againstImages(perImage(rng, images, ordered(1 - this.factors[0], 1 + this.factors[1])))
  }

  transform(images: Tensor, drawn: Tensor): Tensor {
    const center = mean(images, { axis: [1, 2], keepDims: true })
    return clip(add(mul(sub(images, center), drawn), center), ...this.range)
  }
}

function ordered(a: number, b: number): Interval {
  return [Math.min(a, b), Math.max(a, b)]
}
