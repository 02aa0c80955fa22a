import { isPlainObject } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'
import { type BoxFormat, fromCorners, toCorners } from '../images/box-formats.ts'
import { type BoxData, boxesOf, type SizeOptions, sizeFor } from './box-arguments.ts'

/** Boxes and the labels of their objects, as `ImageLayer` takes them. */
export interface LabeledBoxes {
  readonly boxes: BoxData
  readonly labels?: Tensor
}

/** Options of `convertFormat`. */
export interface ConvertFormatOptions extends SizeOptions {
  /** The form of the given boxes. */
  readonly source: BoxFormat
  /** The form of the result. */
  readonly target: BoxFormat
}

/**
 * Converts boxes `[..., 4]` from one form to another. An object `{ boxes, labels }` keeps its labels. Formats that begin with `rel` need
 * the size of the image. Throws `ConfigError` for unknown formats and a missing size, and `ShapeError` for other shapes. Keras:
 * `keras.utils.bounding_boxes.convert_format`.
 *
 * @example
 * import { boundingBoxes } from '@gradus/layers'
 * const boxes = [[10, 20, 30, 40]]
 * boundingBoxes.convertFormat(boxes, { source: 'xyxy', target: 'xywh' }).array() // => [[10, 20, 20, 20]]
 */
export function convertFormat<B extends BoxData | LabeledBoxes>(
  boxes: B,
  options: ConvertFormatOptions,
): B extends { readonly boxes: BoxData } ? Omit<B, 'boxes'> & { readonly boxes: Tensor } : Tensor
export function convertFormat(boxes: BoxData | LabeledBoxes, options: ConvertFormatOptions): unknown {
  if (isPlainObject(boxes)) return { ...boxes, boxes: convertFormat((boxes as LabeledBoxes).boxes, options) }
  const { source, target } = options
  const size = sizeFor('convertFormat', [source, target], options)
  const given = boxesOf('convertFormat', boxes as BoxData)
  return source === target ? given : fromCorners(toCorners(given, source, size), target, size)
}
