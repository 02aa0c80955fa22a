import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { ColorLayer, colorFields } from './color-layer.ts'
import type { ImageArgument, ImageLayer } from './image-layer.ts'
import { intervalKind } from './image-options.ts'
import { RandomBrightness } from './random-brightness.ts'
import { RandomContrast } from './random-contrast.ts'
import { RandomHue } from './random-hue.ts'
import { RandomSaturation } from './random-saturation.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The factor of `RandomBrightness`; without it the brightness stays. */
    brightnessFactor: { type: intervalKind },
    /** The factor of `RandomContrast`; without it the contrast stays. */
    contrastFactor: { type: intervalKind },
    /** The factor of `RandomSaturation`; without it the saturation stays. */
    saturationFactor: { type: intervalKind },
    /** The factor of `RandomHue`; without it the hue stays. */
    hueFactor: { type: intervalKind },
  } as const,
  colorFields,
)

/** The options of `RandomColorJitter`. */
export interface RandomColorJitterConfig extends ConfigOf<typeof fields> {}

/**
 * In training, changes brightness, contrast, saturation and hue of each image, in this order and as far as their factors are given;
 * see `RandomBrightness` and so on. Otherwise it returns its input. Throws `ConfigError` for factors that these layers refuse, and
 * `ShapeError` for other inputs than images. Keras: `RandomColorJitter`.
 *
 * @example
 * import { RandomColorJitter } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new RandomColorJitter({ brightnessFactor: 0.2, hueFactor: 0.1 })
 * layer.call(ones([2, 4, 4, 3]), { training: true }).shape // => [2, 4, 4, 3]
 */
export class RandomColorJitter extends ColorLayer<RandomColorJitterConfig, readonly unknown[]> {
  static readonly type = 'RandomColorJitter'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  /** The layers that are applied one after the other; in a set, because they are no layers of a model. */
  private readonly steps: ReadonlySet<ImageLayer<object>>

  constructor(...config: ImageArgument<RandomColorJitterConfig>) {
    super(...config)
    const { brightnessFactor, contrastFactor, saturationFactor, hueFactor, valueRange } = this.options
    const steps: ImageLayer<object>[] = []
    if (brightnessFactor !== undefined) steps.push(new RandomBrightness({ factor: brightnessFactor, valueRange }))
    if (contrastFactor !== undefined) steps.push(new RandomContrast({ factor: contrastFactor, valueRange }))
    if (saturationFactor !== undefined) steps.push(new RandomSaturation({ factor: saturationFactor, valueRange }))
    if (hueFactor !== undefined) steps.push(new RandomHue({ factor: hueFactor, valueRange }))
    this.steps = new Set(steps)
  }

  draw(rng: Rng, images: Tensor): readonly unknown[] {
    return [...this.steps].map((step) => step.draw(rng, images))
  }

  transform(images: Tensor, drawn: readonly unknown[]): Tensor {
    return [...this.steps].reduce((x, step, index) => step.transform(x, drawn[index]), images)
  }
}
