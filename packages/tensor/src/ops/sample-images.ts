import { requireOptions } from '../arguments.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation } from '../operation.ts'
import { formatShape, sameShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, greaterEqual, less, mul, sub, where } from './arithmetic.ts'
import { reshape } from './broadcast.ts'
import { clip } from './clip.ts'
import { iota } from './create.ts'
import { gatherOp } from './indexing-op.ts'
import { logicalAnd, shiftRight } from './logical.ts'
import { abs, floor, mod, sign } from './rounding.ts'
import { wide } from './wide.ts'

/**
 * The values outside of an image: `constant` is the fill value, `nearest` the pixel at the edge, `wrap` the image again, `mirror`
 * the image mirrored without its edge (`3 2 | 1 2 3`), `reflect` with it (`2 1 | 1 2 3`).
 */
export type FillMode = 'constant' | 'nearest' | 'wrap' | 'mirror' | 'reflect'

/** How images are sampled between and outside of their pixels. */
export interface SampleOptions {
  /** `bilinear` (default) interpolates the four pixels around a point, `nearest` takes the nearest. */
  readonly interpolation?: 'nearest' | 'bilinear'
  /** Default `constant`. */
  readonly fillMode?: FillMode
  /** Default 0. */
  readonly fillValue?: number
}

/** The options of functions that sample images. */
export const sampleOptions = ['interpolation', 'fillMode', 'fillValue'] as const

/** The indices of pixels along an axis of `size`, and for `constant` whether they are inside. */
const fixers: Readonly<Record<Exclude<FillMode, 'constant'>, (index: Tensor, size: number) => Tensor>> = {
  nearest: (index, size) => clip(index, 0, size - 1),
  wrap: (index, size) => mod(index, size),
  mirror: mirrored,
  reflect: (index, size) => shiftRight(sub(mirrored(add(mul(index, 2), 1), 2 * size + 1), 1), 1),
}

/** A triangular wave from 0 to size - 1. */
function mirrored(index: Tensor, size: number): Tensor {
  const half = size - 1
  return abs(sub(mod(add(index, half), 2 * half), half))
}

/**
 * The values of images `[n, height, width, c]` at the points with the coordinates `rows` and `columns` (floats `[n, h, w]`, in
 * pixels): `[n, h, w, c]`. Throws `ShapeError` for other shapes. As Keras's `ops.image.map_coordinates` of each channel.
 *
 * @example
 * import { sampleImages, tensor } from '@gradus/tensor'
 * const image = tensor([[[[1], [3]]]])
 * sampleImages(image, tensor([[[0]]]), tensor([[[0.5]]])).array() // => [[[[2]]]]
 */
export const sampleImages = /* @__PURE__ */ operation(
  'sampleImages',
  (images: Tensor, rows: Tensor, columns: Tensor, options: SampleOptions = {}): Tensor => {
    requireOptions('sampleImages', options, sampleOptions)
    if (
      images.rank !== 4 ||
      rows.rank !== 3 ||
      !sameShape(rows.shape, columns.shape) ||
      rows.shape[0] !== images.shape[0]
    ) {
      throw new ShapeError(
        `sampleImages: the images have shape ${formatShape(images.shape)} and the coordinates ${formatShape(rows.shape)} and ${formatShape(columns.shape)}; expected [n, height, width, channels] and twice [n, h, w].`,
      )
    }
    const { interpolation = 'bilinear', fillMode = 'constant', fillValue = 0 } = options
    if (!(fillMode === 'constant' || Object.hasOwn(fixers, fillMode))) {
      throw new ShapeError(
        `sampleImages: the fillMode '${fillMode}' is unknown; use constant, ${Object.keys(fixers).join(', ')}.`,
      )
    }
    const [n, height, width, channels] = images.shape as readonly [number, number, number, number]
    const shape = rows.shape
    const pixels = reshape(images, [n * height * width, channels])
    const start = mul(iota(shape, 0), height * width)
    const pixelAt = (row: Tensor, column: Tensor): Tensor => {
      const fix = fillMode === 'constant' ? undefined : fixers[fillMode]
      const [r, c] = fix ? [fix(row, height), fix(column, width)] : [row, column]
      const values = apply(gatherOp, [pixels, add(start, add(mul(r, width), c))], { axis: 0 })
      if (fix) return values
      const isInside = logicalAnd(isBelow(row, height), isBelow(column, width))
      return where(reshape(isInside, [...shape, 1]), values, fillValue)
    }
    if (interpolation === 'nearest') return pixelAt(rounded(rows), rounded(columns))
    const [top, left] = [floor(rows), floor(columns)]
    const column = (x: Tensor) => reshape(cast(x, wide(images).dtype), [...shape, 1])
    const [below, right] = [column(sub(rows, top)), column(sub(columns, left))]
    const [above, before] = [sub(1, below), sub(1, right)]
    const [r0, c0] = [cast(top, 'int32'), cast(left, 'int32')]
    const [r1, c1] = [add(r0, 1), add(c0, 1)]
    const corner = (r: Tensor, c: Tensor, weight: Tensor) => mul(wide(pixelAt(r, c)), weight)
    const upper = add(corner(r0, c0, mul(above, before)), corner(r0, c1, mul(above, right)))
    const lower = add(corner(r1, c0, mul(below, before)), corner(r1, c1, mul(below, right)))
    return cast(add(upper, lower), images.dtype)
  },
  ['tensor', 'tensor', 'tensor', ['interpolation', 'fillMode', 'fillValue']],
)

function isBelow(index: Tensor, size: number): Tensor {
  return logicalAnd(greaterEqual(index, 0), less(index, size))
}

/** The nearest whole number as int32; halves are rounded away from 0. */
function rounded(x: Tensor): Tensor {
  return cast(mul(sign(x), floor(add(abs(x), 0.5))), 'int32')
}
