import { checkFields } from '@gradus/core'
import {
  formatShape,
  type Interpolation,
  reshape,
  resize,
  ShapeError,
  slice,
  type Tensor,
  transpose,
} from '@gradus/tensor'
import type { DataFormat } from './img-to-array.ts'
import { requireImageSize } from './load-img.ts'
import { frameOf } from './pixels/frame.ts'

const fields = {
  interpolation: { oneOf: ['bilinear', 'nearest', 'bicubic', 'lanczos3', 'lanczos5'] },
  dataFormat: { oneOf: ['channelsLast', 'channelsFirst'] },
} as const

/** Options of `smartResize`. */
export interface SmartResizeOptions {
  /** How pixels between those of the image are computed (default `bilinear`). */
  readonly interpolation?: Interpolation
  /** The order of the axes (default `channelsLast`). */
  readonly dataFormat?: DataFormat
}

/**
 * Resizes an image `[height, width, channels]` or images `[n, height, width, channels]` to `[height, width]` without distortion: the
 * largest part in the middle with the aspect ratio of the target is resized. Throws `ShapeError` for other ranks and `ConfigError` for
 * other sizes. Keras: `preprocessing.image.smart_resize`.
 *
 * @example
 * import { smartResize } from '@gradus/images'
 * import { tensor } from '@gradus/tensor'
 * const wide = tensor([[[1], [2], [3], [4]]])
 * smartResize(wide, [1, 2]).array() // => [[[2], [3]]]
 */
export function smartResize(x: Tensor, size: readonly number[], options: SmartResizeOptions = {}): Tensor {
  checkFields('smartResize', options, fields)
  requireImageSize('smartResize', 'size', size)
  const { interpolation = 'bilinear', dataFormat = 'channelsLast' } = options
  if (x.rank !== 3 && x.rank !== 4) {
    throw new ShapeError(
      `smartResize: the input has shape ${formatShape(x.shape)}; expected [height, width, channels] or [n, height, width, channels].`,
    )
  }
  const batch = x.rank === 4 ? x : reshape(x, [1, ...x.shape])
  const images = dataFormat === 'channelsFirst' ? transpose(batch, [0, 2, 3, 1]) : batch
  const [, rows, columns] = images.shape as [number, number, number, number]
  const target = { height: size[0]!, width: size[1]! }
  const { top, left, height, width } = frameOf({ height: rows, width: columns }, target, 'crop')
  const resized = resize(slice(images, [0, top, left, 0], [-1, height, width, -1]), size, { interpolation })
  const result = dataFormat === 'channelsFirst' ? transpose(resized, [0, 3, 1, 2]) : resized
  return x.rank === 4 ? result : reshape(result, result.shape.slice(1))
}
