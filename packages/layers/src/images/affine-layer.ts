import { joinFields } from '@gradus/core'
import { affineTransform, cast, concat, div, isFloat, mul, reshape, sliceAxis, sub, type Tensor } from '@gradus/tensor'
import { boxesAround, type ImageSize, pointsOf } from './box-formats.ts'
import { ImageLayer, type ImageOptions } from './image-layer.ts'
import { randomFields } from './image-options.ts'

/** The option for the values between pixels: interpolated, or those of the nearest pixel. */
export const interpolationField = { oneOf: ['bilinear', 'nearest'], default: 'bilinear' } as const

/** The option for the value outside of the image. */
export const fillValueField = { type: 'number', default: 0 } as const

/** The options of layers that move the pixels of images. */
export const samplingFields = /* @__PURE__ */ joinFields(randomFields, {
  /**
   * The values outside of the image: the image mirrored with its edge (`reflect`), the image again (`wrap`), `fillValue`
   * (`constant`) or the pixel at the edge (`nearest`).
   */
  fillMode: { oneOf: ['reflect', 'wrap', 'constant', 'nearest'], default: 'reflect' },
  /** The values between pixels: interpolated, or those of the nearest pixel. */
  interpolation: interpolationField,
  fillValue: fillValueField,
} as const)

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
    // the inverse of the map from the result to the image
    const area = sub(mul(a, e), mul(b, d))
    const moved = pointsOf(corners).map((point) => {
      const right = sub(sliceAxis(point, 2, 0, 1), c)
      const down = sub(sliceAxis(point, 2, 1, 1), f)
      return concat([div(sub(mul(e, right), mul(b, down)), area), div(sub(mul(a, down), mul(d, right)), area)], -1)
    })
    return boxesAround(moved)
  }
}
