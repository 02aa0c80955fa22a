import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { add, clip, gaussianBlur, randomUniform, reshape, split, type Tensor, where } from '@gradus/tensor'
import { ColorLayer, colorFields } from './color-layer.ts'
import { againstImages, chosen } from './draws.ts'
import type { ImageArgument } from './image-layer.ts'
import { type Interval, intervalKind, intervalOf } from './image-options.ts'
import { oddSizes } from './odd-sizes.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The interval from which the probability is drawn that an image is blurred; a single number f stands for [0, f]. */
    factor: { type: intervalKind, default: 1 },
    /** The size of the kernel, an odd number of pixels, or that along the width and that along the height. */
    kernelSize: { type: ['integer', 'numbers'], min: 1, default: 3 },
    /** The interval of the standard deviations of the kernel in pixels, from 0 to 1; a single number f stands for [0, f]. */
    sigma: { type: intervalKind, default: 1 },
  } as const,
  colorFields,
)

/** The options of `RandomGaussianBlur`. */
export interface RandomGaussianBlurConfig extends ConfigOf<typeof fields> {}

/** Which images are blurred, and the standard deviations of the kernel. */
interface Blur {
  readonly isBlurred: Tensor
  readonly sigma: readonly Tensor[]
}

/**
 * In training, smooths images with a Gaussian kernel, each with a probability that is drawn from `factor`; all images of a batch have
 * one kernel. The values are limited to `valueRange`. Otherwise it returns its input. Throws `ConfigError` for even sizes and for
 * factors outside of 0 to 1, and `ShapeError` for other inputs than images. Keras: `RandomGaussianBlur`.
 *
 * @example
 * import { RandomGaussianBlur } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new RandomGaussianBlur({ factor: [1, 1], kernelSize: [3, 1], sigma: [1, 1] })
 * layer.call(tensor([[[[0], [1], [0]]]]), { training: true }).array() // => [[[[0.2741], [0.4519], [0.2741]]]]
 */
export class RandomGaussianBlur extends ColorLayer<RandomGaussianBlurConfig, Blur> {
  static readonly type = 'RandomGaussianBlur'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly probability: Interval
  private readonly sigma: Interval
  private readonly kernel: readonly number[]

  constructor(...config: ImageArgument<RandomGaussianBlurConfig>) {
    super(...config)
    const { factor, sigma, kernelSize } = this.options
    this.probability = intervalOf(this.type, 'factor', factor, { least: 0, most: 1 })
    this.sigma = intervalOf(this.type, 'sigma', sigma, { least: 0, most: 1 })
    this.kernel = oddSizes(this.type, 'kernelSize', kernelSize)
  }

  draw(rng: Rng, images: Tensor): Blur {
    const isBlurred = againstImages(chosen(rng, images, this.probability))
    const [low, high] = this.sigma
    const sigma = split(add(randomUniform(rng.next(), [2], { low, high }), 1e-6), 2)
    return { isBlurred, sigma: sigma.map((x) => reshape(x, [])) }
  }

  transform(images: Tensor, { isBlurred, sigma }: Blur): Tensor {
    const smooth = gaussianBlur(images, { kernelSize: this.kernel, sigma })
    return clip(where(isBlurred, smooth, images), ...this.range)
  }
}
