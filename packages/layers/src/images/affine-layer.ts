import {
  add,
  affineTransform,
  cast,
  concat,
  div,
  isFloat,
  max,
  min,
  mul,
  neg,
  reshape,
  sliceAxis,
  stack,
  sub,
  type Tensor,
} from '@gradus/tensor'
import { type ImageSize, partsOf } from './box-formats.ts'
import { ImageLayer, type ImageOptions } from './image-layer.ts'
import { randomFields } from './image-options.ts'

/** The options of layers that move the pixels of images. */
export const samplingFields = {
  ...randomFields,
  /**
   * The values outside of the image: the image mirrored with its edge (`reflect`), the image again (`wrap`), `fillValue`
   * (`constant`) or the pixel at the edge (`nearest`).
   */
  fillMode: { oneOf: ['reflect', 'wrap', 'constant', 'nearest'], default: 'reflect' },
  /** The values between pixels: interpolated, or those of the nearest pixel. */
  interpolation: { oneOf: ['bilinear', 'nearest'], default: 'bilinear' },
  fillValue: { type: 'number', default: 0 },
} as const

/** The options that `AffineLayer` reads. */
export interface SamplingOptions extends ImageOptions {
  readonly fillMode: 'reflect' | 'wrap' | 'constant' | 'nearest'
  readonly interpolation: 'bilinear' | 'nearest'
  readonly fillValue: number
}

/** The base class of layers that move pixels by affine maps, `[n, 6]` as `affineTransform` takes them. */
export abstract class AffineLayer<C extends object> extends ImageLayer<C, Tensor> {
  declare readonly options: SamplingOptions

  transform(images: Tensor, drawn: Tensor): Tensor {
    const { fillMode, interpolation, fillValue } = this.options
    return affineTransform(images, drawn, { fillMode, interpolation, fillValue })
  }

  override transformMasks(masks: Tensor, drawn: Tensor): Tensor {
    const { fillMode, fillValue } = this.options
    return affineTransform(masks, drawn, {
      fillMode,
      interpolation: 'nearest',
      fillValue: isFloat(masks.dtype) ? fillValue : Math.trunc(fillValue),
    })
  }

  /** The smallest box around the moved corners of each box. */
  override transformBoxes(corners: Tensor, drawn: Tensor, _size: ImageSize): Tensor {
    const entry = (index: number) =>
      cast(reshape(sliceAxis(drawn, 1, index, 1), [drawn.shape[0]!, 1, 1]), corners.dtype)
    const [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map(entry) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
    const [x1, y1, x2, y2] = partsOf(corners)
    // the inverse of the map from the result to the image
    const area = sub(mul(a, e), mul(b, d))
    const moved = [
      [x1, y1],
      [x2, y1],
      [x1, y2],
      [x2, y2],
    ].map(([x, y]) => {
      const [right, down] = [sub(x!, c), sub(y!, f)]
      return [div(sub(mul(e, right), mul(b, down)), area), div(add(mul(neg(d), right), mul(a, down)), area)] as const
    })
    const [xs, ys] = [stack(moved.map(([x]) => x)), stack(moved.map(([, y]) => y))]
    return concat([min(xs, { axis: 0 }), min(ys, { axis: 0 }), max(xs, { axis: 0 }), max(ys, { axis: 0 })], -1)
  }
}
