import type { Rng } from '@gradus/core'
import { equal, randomInt, reshape, type Tensor, where } from '@gradus/tensor'
import { AutoContrast } from './auto-contrast.ts'
import { Equalization } from './equalization.ts'
import type { ImageLayer } from './image-layer.ts'
import type { Interval } from './image-options.ts'
import { RandomBrightness } from './random-brightness.ts'
import { RandomColorDegeneration } from './random-color-degeneration.ts'
import { RandomContrast } from './random-contrast.ts'
import { RandomPosterization } from './random-posterization.ts'
import { RandomRotation } from './random-rotation.ts'
import { RandomSharpness } from './random-sharpness.ts'
import { RandomShear } from './random-shear.ts'
import { RandomTranslation } from './random-translation.ts'
import { Solarization } from './solarization.ts'

/** The options of layers that choose among several augmentations. */
export interface AugmentationOptions {
  readonly factor: Interval
  readonly valueRange: readonly number[]
  readonly interpolation: 'bilinear' | 'nearest'
}

/**
 * The augmentations among which `RandAugment` and `AugMix` choose. `isComplete` says whether brightness, color degeneration,
 * contrast and sharpness are among them.
 */
export function augmentations(options: AugmentationOptions, isComplete: boolean): ReadonlySet<ImageLayer<object>> {
  const { factor, valueRange, interpolation } = options
  const colors = isComplete
    ? [
        new RandomBrightness({ factor, valueRange }),
        new RandomColorDegeneration({ factor, valueRange }),
        new RandomContrast({ factor, valueRange }),
        new RandomSharpness({ factor, valueRange }),
      ]
    : []
  return new Set<ImageLayer<object>>([
    new RandomShear({ xFactor: factor, yFactor: factor, interpolation }),
    new RandomTranslation({ heightFactor: factor, widthFactor: factor, interpolation }),
    new RandomRotation({ factor, interpolation }),
    ...colors,
    new RandomPosterization({ factor: Math.max(1, Math.trunc(8 * factor[1])), valueRange }),
    new Solarization({ additionFactor: factor, thresholdFactor: factor, valueRange }),
    new AutoContrast({ valueRange }),
    new Equalization({ valueRange }),
  ])
}

/** The augmentation of each image, and what each augmentation has drawn. */
export interface Choice {
  /** The number of the augmentation of each image, int32 `[n]`; numbers without one leave images as they are. */
  readonly chosen: Tensor
  readonly drawn: readonly unknown[]
}

/** Chooses an augmentation for each image among `count`, which may be more than there are. */
export function choose(layers: ReadonlySet<ImageLayer<object>>, rng: Rng, images: Tensor, count: number): Choice {
  const chosen = randomInt(rng.next(), [images.shape[0]!], 0, count)
  return { chosen, drawn: [...layers].map((layer) => layer.draw(rng, images)) }
}

/** Applies the chosen augmentation to each element of a batch. */
export function applied(
  layers: ReadonlySet<ImageLayer<object>>,
  x: Tensor,
  { chosen, drawn }: Choice,
  apply: (layer: ImageLayer<object>, x: Tensor, drawn: unknown) => Tensor,
): Tensor {
  const number = reshape(chosen, [x.shape[0]!, ...x.shape.slice(1).map(() => 1)])
  let result = x
  let index = 0
  for (const layer of layers) {
    result = where(equal(number, index), apply(layer, x, drawn[index]), result)
    index++
  }
  return result
}
