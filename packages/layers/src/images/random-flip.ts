import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { concat, flip, lessEqual, reshape, sub, type Tensor, where } from '@gradus/tensor'
import { type ImageSize, partsOf } from './box-formats.ts'
import { againstImages, perImage } from './draws.ts'
import { ImageLayer } from './image-layer.ts'
import { randomFields } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** Whether left and right, top and bottom, or both at once are exchanged. */
    mode: { oneOf: ['horizontalAndVertical', 'horizontal', 'vertical'], default: 'horizontalAndVertical' },
  } as const,
  randomFields,
)

/** The options of `RandomFlip`. */
export interface RandomFlipConfig extends ConfigOf<typeof fields> {}

/**
 * In training, mirrors each image with a probability of 1/2: left and right, top and bottom, or both at once. Otherwise it returns
 * its input. Bounding boxes and segmentation masks follow. Throws `ShapeError` for other inputs than images. Keras: `RandomFlip`.
 *
 * @example
 * import { RandomFlip } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * new RandomFlip({ mode: 'horizontal' }).call(ones([2, 4, 4, 3]), { training: true }).shape // => [2, 4, 4, 3]
 */
export class RandomFlip extends ImageLayer<RandomFlipConfig, Tensor> {
  static readonly type = 'RandomFlip'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  /** Draws whether each image is mirrored: bool `[n]`. */
  draw(rng: Rng, images: Tensor): Tensor {
    return lessEqual(perImage(rng, images, [0, 1]), 0.5)
  }

  transform(images: Tensor, drawn: Tensor): Tensor {
    const { mode } = this.options
    const axes = mode === 'horizontal' ? [2] : mode === 'vertical' ? [1] : [1, 2]
    return where(againstImages(drawn), flip(images, axes), images)
  }

  override transformMasks(masks: Tensor, drawn: Tensor): Tensor {
    return this.transform(masks, drawn)
  }

  override transformBoxes(corners: Tensor, drawn: Tensor, { height, width }: ImageSize): Tensor {
    const { mode } = this.options
    const [x1, y1, x2, y2] = partsOf(corners)
    const across = mode === 'vertical' ? [x1, x2] : [sub(width, x2), sub(width, x1)]
    const down = mode === 'horizontal' ? [y1, y2] : [sub(height, y2), sub(height, y1)]
    const mirrored = concat([across[0]!, down[0]!, across[1]!, down[1]!], -1)
    return where(reshape(drawn, [drawn.shape[0]!, 1, 1]), mirrored, corners)
  }
}
