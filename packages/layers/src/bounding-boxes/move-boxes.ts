import { add, concat, type Tensor } from '@gradus/tensor'
import { partsOf } from '../images/box-formats.ts'
import { type BoxData, boxesOf } from './box-arguments.ts'
import { clippedSides } from './clip-to-image-size.ts'

/** A part of an image in pixels. */
export interface CropOptions {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/**
 * Returns boxes (`xyxy`, in pixels) in the part of the image that begins at (`left`, `top`), cut off at its edges. Keras:
 * `keras.utils.bounding_boxes.crop`.
 *
 * @example
 * import { boundingBoxes } from '@gradus/layers'
 * boundingBoxes.crop([[10, 20, 50, 60]], { top: 10, left: 20, height: 40, width: 30 }).array() // => [[0, 10, 30, 40]]
 */
export function crop(boxes: BoxData, { top, left, height, width }: CropOptions): Tensor {
  return clippedSides(shifted(boxesOf('crop', boxes), -left, -top), { across: width, down: height })
}

/**
 * Returns boxes (`xyxy`, in pixels) in an image to which `top` rows and `left` columns were added. Keras:
 * `keras.utils.bounding_boxes.pad`.
 *
 * @example
 * import { boundingBoxes } from '@gradus/layers'
 * boundingBoxes.pad([[10, 20, 50, 60]], { top: 1, left: 2 }).array() // => [[12, 21, 52, 61]]
 */
export function pad(boxes: BoxData, { top, left }: { readonly top: number; readonly left: number }): Tensor {
  return shifted(boxesOf('pad', boxes), left, top)
}

function shifted(boxes: Tensor, across: number, down: number): Tensor {
  return concat(
    partsOf(boxes).map((side, index) => add(side, index % 2 === 0 ? across : down)),
    -1,
  )
}
