import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { cast, clip, full, randomInt, shiftLeft, shiftRight, sub, type Tensor } from '@gradus/tensor'
import { colorFields } from './color-layer.ts'
import { againstImages } from './draws.ts'
import { FactorLayer } from './factor-layer.ts'
import { intervalKind } from './image-options.ts'
import { bytes, rescaled } from './value-range.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The number of bits that are kept, from 1 to 8. Two numbers are the lowest and the highest, which is left out; a single number f stands for [1, f]. */
    factor: { type: intervalKind, required: true, example: '0.2' },
  } as const,
  colorFields,
)

/** The options of `RandomPosterization`. */
export interface RandomPosterizationConfig extends ConfigOf<typeof fields> {}

/**
 * In training, keeps the highest bits of the pixels of each image, as whole numbers from 0 to 255; how many is drawn from `factor`.
 * Otherwise it returns its input. Throws `ConfigError` for factors outside of 1 to 8 and `ShapeError` for other inputs than images.
 * Keras: `RandomPosterization`.
 *
 * @example
 * import { RandomPosterization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new RandomPosterization({ factor: [2, 2] })
 * layer.call(tensor([[[[63], [200]]]]), { training: true }).array() // => [[[[0], [192]]]]
 */
export class RandomPosterization extends FactorLayer<RandomPosterizationConfig> {
  static readonly type = 'RandomPosterization'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  protected override limits() {
    return { least: 1, most: 8 }
  }

  /** Draws the number of bits that are cleared: int32 `[n, 1, 1, 1]`. */
  draw(rng: Rng, images: Tensor): Tensor {
    const [low, high] = this.factors.map(Math.trunc) as [number, number]
    const count = [images.shape[0]!]
    const kept = low === high ? full(count, low, 'int32') : randomInt(rng.next(), count, low, high)
    return againstImages(sub(8, kept))
  }

  transform(images: Tensor, drawn: Tensor): Tensor {
    const whole = cast(clip(rescaled(images, this.range, bytes), ...bytes), 'int32')
    const cleared = shiftLeft(shiftRight(whole, drawn), drawn)
    return rescaled(cast(cleared, images.dtype), bytes, this.range)
  }
}
