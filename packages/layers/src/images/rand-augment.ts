import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { interpolationField } from './affine-layer.ts'
import { applied, augmentations, type Choice, choose } from './augmentations.ts'
import type { ImageSize } from './box-formats.ts'
import { ColorLayer, colorFields } from './color-layer.ts'
import type { ImageArgument, ImageLayer } from './image-layer.ts'
import { intervalKind, intervalOf } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The number of augmentations that are applied one after the other. */
    numOps: { type: 'integer', min: 0, default: 2 },
    /** The strength of all augmentations, from 0 to 1; a single number f stands for [0, f]. */
    factor: { type: intervalKind, default: 0.5 },
    interpolation: interpolationField,
  } as const,
  colorFields,
)

/** The options of `RandAugment`. */
export interface RandAugmentConfig extends ConfigOf<typeof fields> {}

/**
 * In training, applies `numOps` augmentations to each image, chosen at random among shear, translation, rotation, brightness, color
 * degeneration, contrast, sharpness, posterization, solarization, automatic contrast and equalization. Otherwise it returns its
 * input. Bounding boxes and segmentation masks follow. Throws `ConfigError` for factors outside of 0 to 1 and
 * `ShapeError` for other inputs than images of 3 channels. Each image has its own choice; in Keras a batch has one. Keras:
 * `RandAugment` (Cubuk et al., 2020).
 *
 * @example
 * import { RandAugment } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * new RandAugment({ numOps: 1 }).call(ones([2, 4, 4, 3]), { training: true }).shape // => [2, 4, 4, 3]
 */
export class RandAugment extends ColorLayer<RandAugmentConfig, readonly Choice[]> {
  static readonly type = 'RandAugment'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  /** The augmentations; in a set, because they are no layers of a model. */
  private readonly steps: ReadonlySet<ImageLayer<object>>

  constructor(...config: ImageArgument<RandAugmentConfig>) {
    super(...config)
    const factor = intervalOf(this.type, 'factor', this.options.factor, { least: 0, most: 1 })
    this.steps = augmentations({ ...this.options, factor }, true)
  }

  draw(rng: Rng, images: Tensor): readonly Choice[] {
    return Array.from({ length: this.options.numOps }, () => choose(this.steps, rng, images, this.steps.size))
  }

  transform(images: Tensor, drawn: readonly Choice[]): Tensor {
    return drawn.reduce((x, choice) => applied(this.steps, x, choice, (step, y, own) => step.transform(y, own)), images)
  }

  override transformMasks(masks: Tensor, drawn: readonly Choice[]): Tensor {
    return drawn.reduce(
      (x, choice) => applied(this.steps, x, choice, (step, y, own) => step.transformMasks(y, own)),
      masks,
    )
  }

  override transformBoxes(corners: Tensor, drawn: readonly Choice[], size: ImageSize): Tensor {
    return drawn.reduce(
      (x, choice) => applied(this.steps, x, choice, (step, y, own) => step.transformBoxes(y, own, size)),
      corners,
    )
  }
}
