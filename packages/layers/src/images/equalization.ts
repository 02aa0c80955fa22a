import { type ConfigOf, joinFields, type OptionsOf } from '@gradus/core'
import {
  add,
  cast,
  clip,
  countNonzero,
  cumsum,
  div,
  flatten,
  gather,
  greater,
  iota,
  lessEqual,
  min,
  mul,
  onesLike,
  reshape,
  round,
  scatterAdd,
  sub,
  type Tensor,
  where,
  zeros,
} from '@gradus/tensor'
import { ColorLayer } from './color-layer.ts'
import { imageFields, valueRangeField } from './image-options.ts'
import { bytes, rescaled } from './value-range.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The lowest and the highest value of pixels. */
    valueRange: valueRangeField,
    /** The number of intervals in which values are counted. */
    bins: { type: 'integer', min: 2, default: 256 },
  } as const,
  imageFields,
)

/** The options of `Equalization`. */
export interface EqualizationConfig extends ConfigOf<typeof fields> {}

/**
 * In training, changes the values of each channel so that all values are about equally frequent among all images of a batch.
 * Otherwise it returns its input. No gradient flows. Throws `ShapeError` for other inputs than images. Keras: `Equalization`.
 *
 * @example
 * import { Equalization } from '@gradus/layers'
 * import { tensor } from '@gradus/tensor'
 * new Equalization().call(tensor([[[[10], [20], [20], [30]]]]), { training: true }).array() // => [[[[0], [170], [170], [255]]]]
 */
export class Equalization extends ColorLayer<EqualizationConfig, null> {
  static readonly type = 'Equalization'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  draw(): null {
    return null
  }

  transform(images: Tensor): Tensor {
    const { bins } = this.options
    const channels = images.shape[3]!
    const values = rescaled(images, this.range, bytes)
    const start = mul(iota([1, 1, 1, channels], 3), bins)
    const binOf = (scaled: Tensor) => flatten(add(cast(clip(scaled, 0, bins - 1), 'int32'), start))
    const counted = binOf(div(mul(values, bins - 1), 255))
    const counts = reshape(scatterAdd(zeros([channels * bins], 'int32'), counted, onesLike(counted)), [channels, bins])
    const sums = cumsum(counts, { axis: 1 })
    const first = min(where(greater(sums, 0), sums, 2 ** 31 - 1), { axis: 1, keepDims: true })
    const rest = sub(images.size / channels, first)
    const shares = div(mul(cast(sub(sums, first), 'float32'), 255), cast(where(greater(rest, 0), rest, 1), 'float32'))
    const table = cast(clip(round(shares), ...bytes), images.dtype)
    const looked = gather(flatten(table), binOf(mul(div(values, 255), bins - 1)))
    const isFlat = lessEqual(countNonzero(counts, { axis: 1 }), 1)
    return rescaled(where(isFlat, values, reshape(looked, images.shape)), bytes, this.range)
  }
}
