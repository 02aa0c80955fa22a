import { ConfigError, isPlainObject } from '@gradus/core'
import { clip, concat, greater, mul, reshape, sub, type Tensor, where } from '@gradus/tensor'
import { partsOf } from '../images/box-formats.ts'
import { type BoxData, boxesOf, type SizeOptions } from './box-arguments.ts'
import type { LabeledBoxes } from './convert-format.ts'

/** Options of `clipToImageSize`. */
export interface ClipOptions extends SizeOptions {
  /** The form of the boxes (default `xyxy`). */
  readonly boundingBoxFormat?: 'xyxy' | 'relXyxy'
}

/**
 * Cuts boxes off at the edges of the image. Labels of boxes of which nothing is left become -1. Throws `ConfigError` for other formats and
 * where `xyxy` has no size. Keras: `keras.utils.bounding_boxes.clip_to_image_size`.
 *
 * @example
 * import { boundingBoxes } from '@gradus/layers'
 * const { boxes } = boundingBoxes.clipToImageSize({ boxes: [[-10, -20, 150, 160]] }, { height: 100, width: 120 })
 * boxes.array() // => [[0, 0, 120, 100]]
 */
export function clipToImageSize<B extends LabeledBoxes>(
  given: B,
  options: ClipOptions = {},
): Omit<B, 'boxes'> & { readonly boxes: Tensor } {
  const { height, width, boundingBoxFormat = 'xyxy' } = options
  if (!isPlainObject(given)) throw new ConfigError('clipToImageSize takes an object { boxes, labels }.')
  if (boundingBoxFormat !== 'xyxy' && boundingBoxFormat !== 'relXyxy')
    throw new ConfigError(
      `clipToImageSize clips boxes in the formats 'xyxy' and 'relXyxy', not '${boundingBoxFormat}'. Use convertFormat before.`,
    )
  if (boundingBoxFormat === 'xyxy' && (height === undefined || width === undefined))
    throw new ConfigError('clipToImageSize needs the size of the image, as in { height: 480, width: 640 }.')
  const limits = boundingBoxFormat === 'xyxy' ? { across: width!, down: height! } : { across: 1, down: 1 }
  const boxes = clippedSides(boxesOf('clipToImageSize', given.boxes as BoxData), limits)
  const { labels } = given
  if (!labels) return { ...given, boxes }
  const [left, top, right, bottom] = partsOf(boxes)
  const areas = reshape(mul(sub(right, left), sub(bottom, top)), boxes.shape.slice(0, -1))
  return { ...given, boxes, labels: where(greater(areas, 0), labels, -1) }
}

/** Corners within the rectangle from (0, 0) to (`across`, `down`). */
export function clippedSides(corners: Tensor, { across, down }: { across: number; down: number }): Tensor {
  return concat(
    partsOf(corners).map((side, index) => clip(side, 0, index % 2 === 0 ? across : down)),
    -1,
  )
}
