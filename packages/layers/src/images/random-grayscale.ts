import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { broadcastTo, less, rgbToGrayscale, type Tensor, where } from '@gradus/tensor'
import { againstImages, perImage } from './draws.ts'
import { ImageLayer } from './image-layer.ts'
import { randomFields } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The probability that an image becomes gray. */
    factor: { type: 'number', min: 0, max: 1, default: 0.5 },
  } as const,
  randomFields,
)

/** The options of `RandomGrayscale`. */
export interface RandomGrayscaleConfig extends ConfigOf<typeof fields> {}

/**
 * In training, makes each image of red, green and blue gray with the probability `factor`; it keeps 3 channels. Otherwise it returns
 * its input. Throws `ShapeError` for other inputs than images of 3 channels. Keras: `RandomGrayscale`.
 *
 * @example
 * import { RandomGrayscale } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const layer = new RandomGrayscale({ factor: 1 })
 * layer.call(tensor([[[[0, 100, 0]]]]), { training: true }).array() // => [[[[58.7, 58.7, 58.7]]]]
 */
export class RandomGrayscale extends ImageLayer<RandomGrayscaleConfig, Tensor> {
  static readonly type = 'RandomGrayscale'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  draw(rng: Rng, images: Tensor): Tensor {
    return againstImages(less(perImage(rng, images, [0, 1]), this.options.factor))
  }

  transform(images: Tensor, drawn: Tensor): Tensor {
    return where(drawn, broadcastTo(rgbToGrayscale(images), images.shape), images)
  }
}
