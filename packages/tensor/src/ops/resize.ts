import { requireOptions } from '../arguments.ts'
import { ShapeError } from '../errors.ts'
import { apply } from '../interpreter.ts'
import { operation } from '../operation.ts'
import { formatShape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { add, cast, div, greaterEqual, less, mul, sub, where } from './arithmetic.ts'
import { reshape, sum } from './broadcast.ts'
import { clip } from './clip.ts'
import { iota } from './create.ts'
import { gatherOp } from './indexing-op.ts'
import { logicalAnd } from './logical.ts'
import { abs, floorDivide } from './rounding.ts'
import { sin } from './trigonometric.ts'
import { wide } from './wide.ts'

export type Interpolation = 'nearest' | 'bilinear' | 'bicubic' | 'lanczos3' | 'lanczos5'

/** How an image is resized. */
export interface ResizeOptions {
  /** Default `bilinear`. `bicubic` has the parameter -0.5 (Keys, 1981). */
  readonly interpolation?: Interpolation
  /** Whether an axis that becomes shorter is smoothed, so that all its elements count (default false). */
  readonly antialias?: boolean
}

/** The weight of an element by its distance, and the distance from which it is 0. */
interface Filter {
  readonly radius: number
  readonly weigh: (distance: Tensor) => Tensor
}

const filters: Readonly<Record<Exclude<Interpolation, 'nearest'>, Filter>> = {
  bilinear: { radius: 1, weigh: (distance) => sub(1, distance) },
  bicubic: { radius: 2, weigh: keys },
  lanczos3: { radius: 3, weigh: (distance) => lanczos(distance, 3) },
  lanczos5: { radius: 5, weigh: (distance) => lanczos(distance, 5) },
}

/** The cubic convolution of Keys (1981) with a = -0.5. */
function keys(x: Tensor): Tensor {
  const near = add(mul(mul(sub(mul(x, 1.5), 2.5), x), x), 1)
  const far = add(mul(sub(mul(add(mul(x, -0.5), 2.5), x), 4), x), 2)
  return where(less(x, 1), near, far)
}

/** sinc(x) * sinc(x / radius), which is 1 near 0. */
function lanczos(x: Tensor, radius: number): Tensor {
  const isCenter = less(x, 1e-3)
  const angle = mul(where(isCenter, 1, x), Math.PI)
  const product = mul(mul(sin(angle), sin(div(angle, radius))), radius)
  return where(isCenter, 1, div(product, mul(angle, angle)))
}

/**
 * Images `[n, height, width, c]` in another size `[height, width]`. Elements lie at the centers of equal parts of the image, so the
 * corners of the image stay in place. Throws `ShapeError` for other ranks and for sizes that are not positive. As Keras's
 * `ops.image.resize`.
 *
 * @example
 * import { resize, tensor } from '@gradus/tensor'
 * const x = tensor([[[[1], [3]]]])
 * resize(x, [1, 4]).array() // => [[[[1], [1.5], [2.5], [3]]]]
 * resize(x, [1, 4], { interpolation: 'nearest' }).array() // => [[[[1], [1], [3], [3]]]]
 */
export const resize = /* @__PURE__ */ operation(
  'resize',
  (x: Tensor, size: readonly number[], options: ResizeOptions = {}): Tensor => {
    requireOptions('resize', options, ['interpolation', 'antialias'])
    const { interpolation = 'bilinear', antialias = false } = options
    if (x.rank !== 4) {
      throw new ShapeError(
        `resize: the input has shape ${formatShape(x.shape)}; it must be images [n, height, width, channels].`,
      )
    }
    if (size.length !== 2 || size.some((d) => d < 1)) {
      throw new ShapeError(`resize: the size is ${formatShape(size)}; it must be a positive [height, width].`)
    }
    if (interpolation !== 'nearest' && !Object.hasOwn(filters, interpolation)) {
      throw new ShapeError(
        `resize: the interpolation '${interpolation}' is unknown; use nearest, ${Object.keys(filters).join(', ')}.`,
      )
    }
    if (interpolation === 'nearest') return nearestAlong(nearestAlong(x, 1, size[0]!), 2, size[1]!)
    const filter = filters[interpolation]
    const rows = resampled(wide(x), 1, size[0]!, filter, antialias)
    return cast(resampled(rows, 2, size[1]!, filter, antialias), x.dtype)
  },
  ['tensor', 'integers', ['interpolation', 'antialias']],
)

/** Element i of the result is the one in which the center of its part lies: floor((i + 0.5) * length / count). */
function nearestAlong(x: Tensor, axis: number, count: number): Tensor {
  const length = x.shape[axis]!
  if (count === length) return x
  const indices = floorDivide(mul(add(mul(iota([count]), 2), 1), length), 2 * count)
  return apply(gatherOp, [x, indices], { axis })
}

/**
 * Each element of the result is a weighted mean of the elements around its center, (i + 0.5) * length / count - 0.5. The center
 * is computed in whole numbers of 1 / (2 * count), so that long axes lose no precision.
 */
function resampled(x: Tensor, axis: number, count: number, filter: Filter, antialias: boolean): Tensor {
  const length = x.shape[axis]!
  if (count === length) return x
  const scale = antialias ? Math.max(1, length / count) : 1
  const reach = Math.ceil(filter.radius * scale)
  const taps = 2 * reach
  const center = sub(mul(add(mul(iota([count, taps]), 2), 1), length), count)
  const before = floorDivide(center, 2 * count)
  const offset = sub(iota([count, taps], 1), reach - 1)
  const part = div(cast(sub(center, mul(before, 2 * count)), x.dtype), 2 * count)
  const distance = div(abs(sub(part, cast(offset, x.dtype))), scale)
  const place = add(before, offset)
  const isInside = logicalAnd(greaterEqual(place, 0), less(place, length))
  const isNear = logicalAnd(isInside, less(distance, filter.radius))
  const raw = where(isNear, filter.weigh(distance), 0)
  const weights = div(raw, sum(raw, { axis: 1, keepDims: true }))
  const indices = clip(place, 0, length - 1)
  const taken = apply(gatherOp, [x, reshape(indices, [count * taps])], { axis })
  const split = reshape(
    taken,
    x.shape.flatMap((d, i) => (i === axis ? [count, taps] : [d])),
  )
  const shares = reshape(
    weights,
    split.shape.map((d, i) => (i === axis || i === axis + 1 ? d : 1)),
  )
  return sum(mul(split, shares), { axis: axis + 1 })
}
