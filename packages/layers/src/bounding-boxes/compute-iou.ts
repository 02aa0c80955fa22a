import { ConfigError } from '@gradus/core'
import {
  add,
  atan,
  div,
  less,
  logicalOr,
  max,
  maximum,
  minimum,
  mul,
  square,
  squeeze,
  sub,
  swapAxes,
  type Tensor,
  where,
} from '@gradus/tensor'
import { type BoxFormat, partsOf, toCorners } from '../images/box-formats.ts'
import { type BoxData, boxesOf, type SizeOptions, sizeFor } from './box-arguments.ts'

/** Keras's `epsilon()`, which keeps quotients of empty boxes finite. */
const epsilon = 1e-7

/** Options of `computeIou`. */
export interface IouOptions extends SizeOptions {
  /** The form of both sets of boxes. */
  readonly boundingBoxFormat: BoxFormat
  /** Whether pairs with a box of which all numbers are negative have the value `maskValue` (default false). */
  readonly useMasking?: boolean
  /** The value of such pairs (default -1). */
  readonly maskValue?: number
}

/**
 * The overlap of each box of `first` `[n, 4]` or `[batch, n, 4]` with each of `second`: the area of the intersection divided by that of the
 * union, `[n, m]` or `[batch, n, m]`. Throws `ConfigError` for unknown formats and relative ones without a size. Keras:
 * `keras.utils.bounding_boxes.compute_iou`.
 *
 * @example
 * import { boundingBoxes } from '@gradus/layers'
 * const iou = boundingBoxes.computeIou([[0, 0, 2, 2]], [[1, 0, 3, 2], [4, 4, 5, 5]], { boundingBoxFormat: 'xyxy' })
 * iou.array() // => [[0.3333, 0]]
 */
export function computeIou(first: BoxData, second: BoxData, options: IouOptions): Tensor {
  const { boundingBoxFormat: format, useMasking = false, maskValue = -1 } = options
  const size = sizeFor('computeIou', [format], options)
  const [one, other] = [first, second].map((boxes) => toCorners(boxesOf('computeIou', boxes), format, size)) as [
    Tensor,
    Tensor,
  ]
  // [n, 1] against [1, m]
  const rows = partsOf(one)
  const columns = partsOf(other).map((side) => swapAxes(side, -1, -2)) as unknown as typeof rows
  const shared = mul(overlap(rows, columns, 0), overlap(rows, columns, 1))
  const union = sub(add(areaOf(rows), areaOf(columns)), shared)
  const result = div(shared, add(union, epsilon))
  if (!useMasking) return result
  const isEmpty = (boxes: Tensor) => less(max(boxes, { axis: -1, keepDims: true }), 0)
  return where(logicalOr(isEmpty(one), swapAxes(isEmpty(other), -1, -2)), maskValue, result)
}

/** Options of `computeCiou`. */
export interface CiouOptions {
  /** The form of both sets of boxes; formats relative to the image are refused, as in Keras. */
  readonly boundingBoxFormat: BoxFormat
}

/**
 * The complete overlap of each box with the one at its place in `second`: the overlap, less the distance of the centers and the difference of
 * the shapes. Returns the shape of the boxes without the last dimension. Keras: `keras.utils.bounding_boxes.compute_ciou`.
 *
 * @example
 * import { boundingBoxes } from '@gradus/layers'
 * boundingBoxes.computeCiou([[0, 0, 2, 2]], [[1, 0, 3, 2]], { boundingBoxFormat: 'xyxy' }).array() // => [0.2564]
 */
export function computeCiou(first: BoxData, second: BoxData, { boundingBoxFormat: format }: CiouOptions): Tensor {
  if (String(format).startsWith('rel'))
    throw new ConfigError(`computeCiou takes boxes in pixels, not '${format}'. Use convertFormat before.`)
  const size = sizeFor('computeCiou', [format], {})
  const [one, other] = [first, second].map((boxes) =>
    partsOf(toCorners(boxesOf('computeCiou', boxes), format, size)),
  ) as [Sides, Sides]
  const [width, height] = [sub(one[2], one[0]), add(sub(one[3], one[1]), epsilon)]
  const [otherWidth, otherHeight] = [sub(other[2], other[0]), add(sub(other[3], other[1]), epsilon)]
  const shared = mul(overlap(one, other, 0), overlap(one, other, 1))
  const union = add(sub(add(mul(width, height), mul(otherWidth, otherHeight)), shared), epsilon)
  const iou = div(shared, add(union, epsilon))
  const hull = (axis: 0 | 1) => sub(maximum(one[axis + 2]!, other[axis + 2]!), minimum(one[axis]!, other[axis]!))
  const diagonal = add(add(square(hull(0)), square(hull(1))), epsilon)
  const apart = (axis: 0 | 1) =>
    square(sub(div(add(one[axis]!, one[axis + 2]!), 2), div(add(other[axis]!, other[axis + 2]!), 2)))
  const shapes = mul(4 / Math.PI ** 2, square(sub(atan(div(otherWidth, otherHeight)), atan(div(width, height)))))
  const weight = div(shapes, add(sub(shapes, iou), 1 + epsilon))
  const distance = div(add(apart(0), apart(1)), diagonal)
  return squeeze(sub(iou, add(distance, mul(shapes, weight))), [-1])
}

type Sides = readonly [left: Tensor, top: Tensor, right: Tensor, bottom: Tensor]

/** The length of the common part of sides along an axis: 0 for x, 1 for y. */
function overlap(one: Sides, other: Sides, axis: 0 | 1): Tensor {
  return maximum(sub(minimum(one[axis + 2]!, other[axis + 2]!), maximum(one[axis]!, other[axis]!)), 0)
}

function areaOf([left, top, right, bottom]: Sides): Tensor {
  return mul(sub(right, left), sub(bottom, top))
}
