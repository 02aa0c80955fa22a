import { add, concat, div, max, min, mul, sliceAxis, stack, sub, type Tensor } from '@gradus/tensor'

/**
 * The forms of bounding boxes: corners (`xyxy`, `yxyx`), a corner and the size (`xywh`), or the center and the size, in pixels or
 * as parts of the image (`rel`). Keras: `xyxy`, `center_xywh`, `rel_xyxy` and so on.
 */
export const boxFormats = [
  'xyxy',
  'yxyx',
  'xywh',
  'centerXywh',
  'centerYxhw',
  'relXyxy',
  'relYxyx',
  'relXywh',
  'relCenterXywh',
] as const

/** A form of bounding boxes. */
export type BoxFormat = (typeof boxFormats)[number]

/** The size of images in pixels. */
export interface ImageSize {
  readonly height: number
  readonly width: number
}

type Sides = readonly [left: Tensor, top: Tensor, right: Tensor, bottom: Tensor]

/** The four numbers of boxes `[..., 4]`, each `[..., 1]`. */
export function partsOf(boxes: Tensor): Sides {
  return [0, 1, 2, 3].map((start) => sliceAxis(boxes, boxes.rank - 1, start, 1)) as unknown as Sides
}

/** Boxes of a form, `[..., 4]`, as corners in pixels. */
export function toCorners(boxes: Tensor, format: BoxFormat, { height, width }: ImageSize): Tensor {
  const [a, b, c, d] = partsOf(boxes)
  const corners = cornersOf([a, b, c, d], format.replace('rel', '').toLowerCase())
  const scales = format.startsWith('rel') ? [width, height, width, height] : [1, 1, 1, 1]
  return concat(
    corners.map((side, index) => mul(side, scales[index]!)),
    -1,
  )
}

function cornersOf([a, b, c, d]: Sides, format: string): Sides {
  if (format === 'yxyx') return [b, a, d, c]
  if (format === 'xywh') return [a, b, add(a, c), add(b, d)]
  if (format === 'centerxywh') return around(a, b, c, d)
  return format === 'centeryxhw' ? around(b, a, d, c) : [a, b, c, d]
}

function around(x: Tensor, y: Tensor, width: Tensor, height: Tensor): Sides {
  const [across, down] = [div(width, 2), div(height, 2)]
  return [sub(x, across), sub(y, down), add(x, across), add(y, down)]
}

/** Corners in pixels as boxes of a form. */
export function fromCorners(corners: Tensor, format: BoxFormat, { height, width }: ImageSize): Tensor {
  const scales = format.startsWith('rel') ? [width, height, width, height] : [1, 1, 1, 1]
  const [x1, y1, x2, y2] = partsOf(corners).map((side, index) => div(side, scales[index]!)) as unknown as Sides
  const [w, h] = [sub(x2, x1), sub(y2, y1)]
  const center = (low: Tensor, size: Tensor) => add(low, div(size, 2))
  const parts: Readonly<Record<string, readonly Tensor[]>> = {
    xyxy: [x1, y1, x2, y2],
    yxyx: [y1, x1, y2, x2],
    xywh: [x1, y1, w, h],
    centerxywh: [center(x1, w), center(y1, h), w, h],
    centeryxhw: [center(y1, h), center(x1, w), h, w],
  }
  return concat([...parts[format.replace('rel', '').toLowerCase()]!], -1)
}

/** The corners of boxes as points (x, y): four tensors `[n, boxes, 2]`. */
export function pointsOf(corners: Tensor): Tensor[] {
  const [x1, y1, x2, y2] = partsOf(corners)
  return [
    [x1, y1],
    [x2, y1],
    [x1, y2],
    [x2, y2],
  ].map((pair) => concat(pair, -1))
}

/** The smallest boxes around points, `[n, boxes, 4]`. */
export function boxesAround(points: readonly Tensor[]): Tensor {
  const all = stack([...points])
  return concat([min(all, { axis: 0 }), max(all, { axis: 0 })], -1)
}
