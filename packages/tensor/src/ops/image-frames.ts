import { requireOptions } from '../arguments.ts'
import { ShapeError } from '../errors.ts'
import { operation } from '../operation.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { slice } from './movement.ts'
import { pad } from './padding.ts'

/** Pixels on each side, and the size of the result. Of the two sides and the size along an axis, two are given. */
export interface FrameOptions {
  readonly top?: number
  readonly left?: number
  readonly bottom?: number
  readonly right?: number
  readonly height?: number
  readonly width?: number
}

const frameOptions = ['top', 'left', 'bottom', 'right', 'height', 'width'] as const

/** The pixels before and after the image along an axis; `change` is 1 for padding and -1 for cropping. */
function sidesOf(
  name: string,
  length: number,
  change: 1 | -1,
  given: { readonly [side: string]: number | undefined },
): [before: number, after: number] {
  const [[first, before], [second, after], [size, target]] = Object.entries(given) as [
    string,
    number | undefined,
  ][] as [[string, number | undefined], [string, number | undefined], [string, number | undefined]]
  if ([before, after, target].filter((value) => value === undefined).length !== 1) {
    throw new ShapeError(`${name}: give two of ${first}, ${second} and ${size}.`)
  }
  const total = target === undefined ? before! + after! : change * (target - length)
  const sides: [number, number] = [before ?? total - after!, after ?? total - before!]
  if (sides.some((side) => !Number.isInteger(side) || side < 0) || length + change * total < 0) {
    throw new ShapeError(
      `${name}: ${length} pixels cannot change by ${sides[0]} (${first}) and ${sides[1]} (${second}).`,
    )
  }
  return sides
}

function framesOf(name: string, x: Tensor, change: 1 | -1, options: FrameOptions): [number, number][] {
  requireOptions(name, options, frameOptions)
  if (x.rank !== 3 && x.rank !== 4) {
    throw new ShapeError(
      `${name} takes images [n, height, width, channels] or one of them and got ${formatShape(x.shape)}.`,
    )
  }
  const { top, left, bottom, right, height, width } = options
  const sides = [
    sidesOf(name, x.shape.at(-3)!, change, { top, bottom, height }),
    sidesOf(name, x.shape.at(-2)!, change, { left, right, width }),
    [0, 0] as [number, number],
  ]
  return x.rank === 4 ? [[0, 0], ...sides] : sides
}

/**
 * Images `[..., h, w, c]` with zeros around them. Keras: `ops.image.pad_images`, where the options are `top_padding` to
 * `target_width`.
 *
 * @example
 * import { padImages, zeros } from '@gradus/tensor'
 * padImages(zeros([4, 5, 3]), { top: 1, height: 8, left: 0, right: 2 }).shape // => [8, 7, 3]
 */
export const padImages = /* @__PURE__ */ operation(
  'padImages',
  (x: Tensor, options: FrameOptions): Tensor => pad(x, framesOf('padImages', x, 1, options)),
  ['tensor', 'any'],
)

/**
 * Images `[..., h, w, c]` without pixels at their sides. Keras: `ops.image.crop_images`, where the options are `top_cropping` to
 * `target_width`.
 *
 * @example
 * import { cropImages, zeros } from '@gradus/tensor'
 * cropImages(zeros([4, 5, 3]), { top: 1, height: 2, left: 0, right: 2 }).shape // => [2, 3, 3]
 */
export const cropImages = /* @__PURE__ */ operation(
  'cropImages',
  (x: Tensor, options: FrameOptions): Tensor => {
    const sides = framesOf('cropImages', x, -1, options)
    return slice(
      x,
      sides.map(([before]) => before),
      sides.map(([before, after], axis) => x.shape[axis]! - before - after),
    )
  },
  ['tensor', 'any'],
)
