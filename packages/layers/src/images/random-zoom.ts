import { type ConfigOf, joinFields, type OptionsOf, type Rng } from '@gradus/core'
import { mul, stack, sub, type Tensor, zerosLike } from '@gradus/tensor'
import { AffineLayer, samplingFields } from './affine-layer.ts'
import { coordinates } from './draws.ts'
import { type ImageArgument, sizeOf } from './image-layer.ts'
import { type Interval, intervalKind, intervalOf } from './image-options.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /**
     * By how much the visible part of the height grows, above -1 to 1; two numbers are the lowest and the highest. 0.5 shows half as
     * much again, so the image becomes smaller; -0.5 shows the half.
     */
    heightFactor: { type: intervalKind, required: true, example: '0.2' },
    /** The same for the width; without it, both sides are zoomed alike. */
    widthFactor: { type: intervalKind },
  } as const,
  samplingFields,
)

/** The options of `RandomZoom`. */
export interface RandomZoomConfig extends ConfigOf<typeof fields> {}

/**
 * In training, zooms each image about its center by factors that are drawn. Otherwise it returns its input. Bounding boxes and
 * segmentation masks follow. Throws `ConfigError` for factors that are not above -1 and up to 1, and `ShapeError` for other inputs
 * than images. Keras: `RandomZoom`.
 *
 * @example
 * import { RandomZoom } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * const half = new RandomZoom({ heightFactor: 0, widthFactor: [-0.5, -0.5] })
 * half.call(tensor([[[[1], [2], [3]]]]), { training: true }).array() // => [[[[1.5], [2], [2.5]]]]
 */
export class RandomZoom extends AffineLayer<RandomZoomConfig> {
  static readonly type = 'RandomZoom'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>
  private readonly down: Interval
  private readonly across: Interval | undefined

  constructor(...config: ImageArgument<RandomZoomConfig>) {
    super(...config)
    const { heightFactor, widthFactor } = this.options
    const rules = { least: -1, most: 1, isOpen: true, isStrict: true }
    this.down = intervalOf(this.type, 'heightFactor', heightFactor, rules)
    this.across = widthFactor === undefined ? undefined : intervalOf(this.type, 'widthFactor', widthFactor, rules)
  }

  draw(rng: Rng, images: Tensor): Tensor {
    const { height, width } = sizeOf(images)
    const zoom = ([low, high]: Interval) => coordinates(rng, images, [1 + low, 1 + high])
    const down = zoom(this.down)
    const across = this.across ? zoom(this.across) : down
    const zero = zerosLike(down)
    const offset = (size: number, factor: Tensor) => mul((size - 1) / 2, sub(1, factor))
    return stack([across, zero, offset(width, across), zero, down, offset(height, down)], 1)
  }
}
