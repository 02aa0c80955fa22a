import { requireOptions } from '../arguments.ts'
import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { formatShape, sameShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, div, mul, neg, sub } from './arithmetic.ts'
import { reshape } from './broadcast.ts'
import { iota } from './create.ts'
import { concat, sliceAxis } from './movement.ts'
import { type SampleOptions, sampleImages, sampleOptions } from './sample-images.ts'

/** The element `index` of the last axis of `[n, k]`, as `[n, 1, 1]`. */
function entry(x: Tensor, index: number): Tensor {
  return reshape(sliceAxis(x, 1, index, 1), [x.shape[0]!, 1, 1])
}

/** The coordinates of the pixels of images, `[1, height, width]`. */
function gridOf(images: Tensor, like: Tensor): [y: Tensor, x: Tensor] {
  const shape = [1, images.shape[1]!, images.shape[2]!]
  return [cast(iota(shape, 1), like.dtype), cast(iota(shape, 2), like.dtype)]
}

function requireImages(name: string, images: Tensor): void {
  if (images.rank === 4) return
  throw new ShapeError(
    `${name}: the input has shape ${formatShape(images.shape)}; it must be images [n, height, width, channels].`,
  )
}

/**
 * Images `[n, height, width, c]` moved by an affine map for each image, `[a, b, c, d, e, f]` in float32 `[n, 6]`: the pixel (x, y)
 * of the result is that of the image at (a x + b y + c, d x + e y + f). Two further numbers, as in Keras, are ignored. Throws
 * `ShapeError` for other shapes. Keras: `ops.image.affine_transform`.
 *
 * @example
 * import { affineTransform, tensor } from '@gradus/tensor'
 * const image = tensor([[[[1], [2], [3]]]])
 * affineTransform(image, tensor([[1, 0, 1, 0, 1, 0]])).array() // => [[[[2], [3], [0]]]]
 */
export const affineTransform = /* @__PURE__ */ operation(
  'affineTransform',
  (images: Tensor, transforms: Tensor, options: SampleOptions = {}): Tensor => {
    requireOptions('affineTransform', options, sampleOptions)
    requireImages('affineTransform', images)
    const count = transforms.shape[1]
    if (transforms.rank !== 2 || transforms.shape[0] !== images.shape[0] || !(count === 6 || count === 8)) {
      throw new ShapeError(
        `affineTransform: the transforms have shape ${formatShape(transforms.shape)}; expected [${images.shape[0]}, 6], a row for each image.`,
      )
    }
    const [y, x] = gridOf(images, transforms)
    const at = (index: number) => entry(transforms, index)
    const along = (byX: number, byY: number, offset: number) => add(add(mul(y, at(byY)), mul(x, at(byX))), at(offset))
    return sampleImages(images, along(3, 4, 5), along(0, 1, 2), options)
  },
  ['tensor', 'tensor', ['interpolation', 'fillMode', 'fillValue']],
)

/** A projective map as a matrix of 3 rows, each element `[n, 1, 1]`. */
type Projection = readonly [Row, Row, Row]
type Row = readonly [Tensor, Tensor, Tensor]

/** The map of the unit square to a quadrangle with the corners of (0, 0), (1, 0), (0, 1), (1, 1) (Heckbert, 1989). */
function fromSquare(points: Tensor): Projection {
  const flat = reshape(points, [points.shape[0]!, 8])
  const [x0, y0, x1, y1, x2, y2, x3, y3] = Array.from({ length: 8 }, (_, index) => entry(flat, index)) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ]
  const [dx1, dy1, dx2, dy2] = [sub(x1, x3), sub(y1, y3), sub(x2, x3), sub(y2, y3)]
  const sumX = sub(add(x0, x3), add(x1, x2))
  const sumY = sub(add(y0, y3), add(y1, y2))
  const area = sub(mul(dx1, dy2), mul(dx2, dy1))
  const g = div(sub(mul(sumX, dy2), mul(dx2, sumY)), area)
  const h = div(sub(mul(dx1, sumY), mul(sumX, dy1)), area)
  const one = add(mul(g, 0), 1)
  return [
    [add(sub(x1, x0), mul(g, x1)), add(sub(x2, x0), mul(h, x2)), x0],
    [add(sub(y1, y0), mul(g, y1)), add(sub(y2, y0), mul(h, y2)), y0],
    [g, h, one],
  ]
}

/** A multiple of the inverse: the adjugate. */
function inverse([[a, b, c], [d, e, f], [g, h, i]]: Projection): Projection {
  const minor = (p: Tensor, q: Tensor, r: Tensor, s: Tensor) => sub(mul(p, s), mul(q, r))
  return [
    [minor(e, f, h, i), neg(minor(b, c, h, i)), minor(b, c, e, f)],
    [neg(minor(d, f, g, i)), minor(a, c, g, i), neg(minor(a, c, d, f))],
    [minor(d, e, g, h), neg(minor(a, b, g, h)), minor(a, b, d, e)],
  ]
}

function times(left: Projection, right: Projection): Projection {
  const cell = ([a, b, c]: Row, column: 0 | 1 | 2) =>
    add(add(mul(a, right[0][column]), mul(b, right[1][column])), mul(c, right[2][column]))
  return left.map((row) => [cell(row, 0), cell(row, 1), cell(row, 2)]) as unknown as Projection
}

/**
 * Images `[n, height, width, c]` in another perspective: the points `startPoints` (x, y) of each image move to `endPoints`. Both are
 * float32 `[n, 4, 2]` with the corners top left, top right, bottom left and bottom right. Throws `ShapeError` for other shapes.
 * Keras: `ops.image.perspective_transform`.
 *
 * @example
 * import { perspectiveTransform, tensor } from '@gradus/tensor'
 * const image = tensor([[[[1], [2]], [[3], [4]]]])
 * const corners = tensor([[[0, 0], [1, 0], [0, 1], [1, 1]]])
 * perspectiveTransform(image, corners, corners).array() // => [[[[1], [2]], [[3], [4]]]]
 */
export const perspectiveTransform = /* @__PURE__ */ operation(
  'perspectiveTransform',
  (images: Tensor, startPoints: Tensor, endPoints: Tensor, options: SampleOptions = {}): Tensor => {
    requireOptions('perspectiveTransform', options, sampleOptions)
    requireImages('perspectiveTransform', images)
    requireCorners('perspectiveTransform', images.shape[0]!, startPoints, endPoints)
    const [y, x] = gridOf(images, startPoints)
    const [column, row] = projected(times(fromSquare(startPoints), inverse(fromSquare(endPoints))), x, y)
    return sampleImages(images, row, column, options)
  },
  ['tensor', 'tensor', 'tensor', ['interpolation', 'fillMode', 'fillValue']],
)

/**
 * Points (x, y) of images, `[n, k, 2]`, after the move of `startPoints` to `endPoints` that `perspectiveTransform` makes. Throws
 * `ShapeError` for other shapes.
 *
 * @example
 * import { perspectivePoints, tensor } from '@gradus/tensor'
 * const corners = tensor([[[0, 0], [1, 0], [0, 1], [1, 1]]])
 * const larger = tensor([[[0, 0], [2, 0], [0, 2], [2, 2]]])
 * perspectivePoints(tensor([[[0.5, 1]]]), corners, larger).array() // => [[[1, 2]]]
 */
export const perspectivePoints = /* @__PURE__ */ operation(
  'perspectivePoints',
  (points: Tensor, startPoints: Tensor, endPoints: Tensor): Tensor => {
    const [n, count] = points.shape
    if (points.rank !== 3 || points.shape[2] !== 2) {
      throw new ShapeError(
        `perspectivePoints: the points have shape ${formatShape(points.shape)}; expected [${n}, k, 2].`,
      )
    }
    requireCorners('perspectivePoints', n!, startPoints, endPoints)
    const [x, y] = [0, 1].map((start) => reshape(sliceAxis(points, 2, start, 1), [n!, 1, count!])) as [Tensor, Tensor]
    const moved = projected(times(fromSquare(endPoints), inverse(fromSquare(startPoints))), x, y)
    return concat(
      moved.map((part) => reshape(part, [n!, count!, 1])),
      2,
    )
  },
  ['tensor', 'tensor', 'tensor'],
)

/** The points (x, y) after a projective map. */
function projected([rowX, rowY, rowW]: Projection, x: Tensor, y: Tensor): [x: Tensor, y: Tensor] {
  const dot = ([a, b, c]: Row) => add(add(mul(a, x), mul(b, y)), c)
  const depth = dot(rowW)
  return [div(dot(rowX), depth), div(dot(rowY), depth)]
}

function requireCorners(name: string, count: number, startPoints: Tensor, endPoints: Tensor): void {
  const expected = [count, 4, 2]
  if (sameShape(startPoints.shape, expected) && sameShape(endPoints.shape, expected)) return
  throw new ShapeError(
    `${name}: the points have shapes ${formatShape(startPoints.shape)} and ${formatShape(endPoints.shape)}; expected ${formatShape(expected)}.`,
  )
}
