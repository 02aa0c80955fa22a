import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import {
  add,
  cast,
  clip,
  depthwiseConv,
  equal,
  full,
  iota,
  logicalAnd,
  mul,
  sub,
  type Tensor,
  where,
} from '@gradus/tensor'
import { colorFields } from './color-layer.ts'
import { againstImages, perImage } from './draws.ts'
import { FactorLayer } from './factor-layer.ts'
import { intervalKind } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** 0 blurs images, 0.5 keeps them, 1 sharpens them. Two numbers are the lowest and the highest. */
    factor: { type: intervalKind, required: true, example: '0.2' },
  } as const,
  colorFields,
)

/** The options of `RandomSharpness`. */
export interface RandomSharpnessConfig extends ConfigOf<typeof fields> {}

/**
 * In training, mixes each image with its mean over windows of 3 x 3 pixels; numbers above 0.5 increase the difference. The shares
 * are drawn from `factor` and the values limited to `valueRange`. Otherwise it returns its input. Throws `ConfigError` for factors
 * outside of 0 to 1 and `ShapeError` for other inputs than images. Keras: `RandomSharpness`.
 *
 * @example
 * import { RandomSharpness } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new RandomSharpness({ factor: [0.5, 0.5] })
 * layer.call(ones([1, 1, 2, 1]), { training: true }).array() // => [[[[1], [1]]]]
 */
export class RandomSharpness extends FactorLayer<RandomSharpnessConfig> {
  static readonly type = 'RandomSharpness'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  draw(rng: Rng, images: Tensor): Tensor {
    return againstImages(mul(perImage(rng, images, this.factors), 2))
  }

  transform(images: Tensor, drawn: Tensor): Tensor {
    const center = equal(iota([3, 3, images.shape[3]!, 1], 0), 1)
    const middle = logicalAnd(center, equal(iota([3, 3, images.shape[3]!, 1], 1), 1))
    const kernel = cast(where(middle, full([1], 5 / 13), 1 / 13), images.dtype)
    const smooth = depthwiseConv(images, kernel, { padding: 'same' })
    return clip(add(images, mul(sub(1, drawn), sub(smooth, images))), ...this.range)
  }
}
