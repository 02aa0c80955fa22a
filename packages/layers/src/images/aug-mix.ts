import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import {
  add,
  cast,
  clip,
  mul,
  randomBeta,
  randomLogGamma,
  reshape,
  softmax,
  sub,
  sum,
  type Tensor,
  tile,
} from '@gradus/tensor'
import { interpolationField } from './affine-layer.ts'
import { applied, augmentations, type Choice, choose } from './augmentations.ts'
import { ColorLayer, colorFields } from './color-layer.ts'
import { boxesRefused, type ImageArgument, type ImageLayer } from './image-layer.ts'
import { intervalKind, intervalOf } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The number of chains of augmentations that are mixed. */
    numChains: { type: 'integer', min: 1, default: 3 },
    /** The number of augmentations of a chain; each may be none. */
    chainDepth: { type: 'integer', min: 1, default: 3 },
    /** The strength of all augmentations, from 0 to 1; a single number f stands for [0, f]. */
    factor: { type: intervalKind, default: 0.3 },
    /** The shape of the distributions of the shares. */
    alpha: { type: 'number', above: 0, default: 1 },
    /** Whether brightness, color degeneration, contrast and sharpness are among the augmentations. */
    allOps: { type: 'boolean', default: true },
    interpolation: interpolationField,
  } as const,
  colorFields,
)

/** The options of `AugMix`. */
export interface AugMixConfig extends ConfigOf<typeof fields> {}

/** The augmentations of all chains, the shares of the chains, and the share of the images themselves. */
interface Mixture {
  readonly choices: readonly Choice[]
  readonly shares: Tensor
  readonly own: Tensor
}

/**
 * In training, replaces each image by a mixture of itself and the results of `numChains` chains of random augmentations, with the
 * augmentations of `RandAugment`. Shares are drawn for each batch, augmentations for each image and chain. Otherwise it returns its
 * input. Segmentation masks stay; bounding boxes are not supported. Throws `ConfigError` for factors outside of 0 to 1 and
 * `ShapeError` for other inputs than images of 3 channels. Keras: `AugMix` (Hendrycks et al., 2020).
 *
 * @example
 * import { AugMix } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * new AugMix({ numChains: 2, chainDepth: 1 }).call(ones([2, 4, 4, 3]), { training: true }).shape // => [2, 4, 4, 3]
 */
export class AugMix extends ColorLayer<AugMixConfig, Mixture> {
  static readonly type = 'AugMix'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  /** The augmentations; in a set, because they are no layers of a model. */
  private readonly steps: ReadonlySet<ImageLayer<object>>

  constructor(...config: ImageArgument<AugMixConfig>) {
    super(...config)
    const factor = intervalOf(this.type, 'factor', this.options.factor, { least: 0, most: 1 })
    this.steps = augmentations({ ...this.options, factor }, this.options.allOps)
  }

  draw(rng: Rng, images: Tensor): Mixture {
    const { numChains, chainDepth, alpha } = this.options
    const chains = this.chains(images)
    // one more than there are augmentations: none
    const choices = Array.from({ length: chainDepth }, () => choose(this.steps, rng, chains, this.steps.size + 1))
    // shares with a Dirichlet distribution, from gamma distributions
    const shares = softmax(randomLogGamma(rng.next(), [numChains], alpha))
    return { choices, shares, own: randomBeta(rng.next(), [], alpha, alpha) }
  }

  transform(images: Tensor, { choices, shares, own }: Mixture): Tensor {
    const { numChains } = this.options
    const changed = choices.reduce(
      (x, choice) => applied(this.steps, x, choice, (step, y, drawn) => step.transform(y, drawn)),
      this.chains(images),
    )
    const weights = reshape(cast(shares, images.dtype), [numChains, 1, 1, 1, 1])
    const mixture = sum(mul(reshape(changed, [numChains, ...images.shape]), weights), { axis: 0 })
    const share = cast(own, images.dtype)
    return clip(add(mul(share, images), mul(sub(1, share), mixture)), ...this.range)
  }

  override transformBoxes(): Tensor {
    throw boxesRefused(this)
  }

  /** The images once for each chain. */
  private chains(images: Tensor): Tensor {
    return tile(images, [this.options.numChains, 1, 1, 1])
  }
}
