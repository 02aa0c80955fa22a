import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { cast, concat, gather, permutation, randomBeta, type Tensor } from '@gradus/tensor'
import { randomFields } from './image-options.ts'
import { MixedImages, mixed, type Partners } from './mixed-images.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The shape of the beta distribution of shares: small numbers keep one image nearly as it is, 1 makes all shares alike. */
    alpha: { type: 'number', above: 0, default: 0.2 },
  } as const,
  randomFields,
)

/** The options of `MixUp`. */
export interface MixUpConfig extends ConfigOf<typeof fields> {}

/**
 * In training, replaces each image by a weighted mean of itself and another image of the batch, and its labels likewise: give an
 * object `{ images, labels }` with labels as vectors. Segmentation masks are mixed too, and the bounding boxes of both images are kept. Otherwise
 * it returns its input. Throws `ShapeError` for other inputs than images. Keras: `MixUp` (Zhang et al., 2018).
 *
 * @example
 * import { MixUp } from '@gradus/layers'
 * import { eye, ones } from '@gradus/tensor'
 * const mixed = new MixUp().callAll({ images: ones([3, 2, 2, 1]), labels: eye(3) }, { training: true })
 * mixed.labels.shape // => [3, 3]
 */
export class MixUp extends MixedImages<MixUpConfig, Partners> {
  static readonly type = 'MixUp'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  draw(rng: Rng, images: Tensor): Partners {
    const { alpha } = this.options
    const n = images.shape[0]!
    const order = permutation(rng.next(), n)
    return { order, weight: cast(randomBeta(rng.next(), [n], alpha, alpha), images.dtype) }
  }

  transform(images: Tensor, drawn: Partners): Tensor {
    return mixed(images, drawn)
  }

  override transformMasks(masks: Tensor, drawn: Partners): Tensor {
    return mixed(cast(masks, drawn.weight.dtype), drawn)
  }

  /** The boxes of both images. */
  override transformBoxes(corners: Tensor, { order }: Partners): Tensor {
    return concat([corners, gather(corners, order)], 1)
  }

  override transformBoxLabels(labels: Tensor, { order }: Partners): Tensor {
    return concat([labels, gather(labels, order)], 1)
  }
}
