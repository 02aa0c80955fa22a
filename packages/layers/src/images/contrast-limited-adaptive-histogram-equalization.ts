import { ConfigError, type ConfigOf, describeValue, joinFields, type OptionsOf } from '@gradus/core'
import {
  add,
  arange,
  cast,
  clip,
  concat,
  cumsum,
  div,
  equal,
  flatten,
  floor,
  gather,
  iota,
  min,
  mul,
  onesLike,
  pad,
  reshape,
  scatterAdd,
  sliceAxis,
  sub,
  sum,
  type Tensor,
  where,
  zeros,
} from '@gradus/tensor'
import { ColorLayer } from './color-layer.ts'
import { cropped } from './crop-box.ts'
import { type ImageArgument, sizeOf } from './image-layer.ts'
import { imageFields, valueRangeField } from './image-options.ts'
import { bytes, rescaled } from './value-range.ts'

const fields = /* @__PURE__ */ joinFields(
  {
    /** The lowest and the highest value of pixels. */
    valueRange: valueRangeField,
    /** How often a value is counted at most, as a multiple of the mean; 0 and below count all. */
    clipLimit: { type: 'number', default: 4 },
    /** The number of tiles down and across. */
    tileGridSize: { type: 'numbers', default: [8, 8] },
  } as const,
  imageFields,
)

/** The options of `ContrastLimitedAdaptiveHistogramEqualization`. */
export interface ContrastLimitedAdaptiveHistogramEqualizationConfig extends ConfigOf<typeof fields> {}

/** The number of values that are told apart. */
const levels = 256

/**
 * Equalizes the values of each channel of each image within tiles, and interpolates between the tiles (CLAHE), also outside of
 * training. The contrast is limited where a value is frequent. No gradient flows. Throws `ConfigError` for a grid that is not made of
 * two positive whole numbers, and `ShapeError` for other inputs than images and for images that are too small to be mirrored up to
 * whole tiles. Keras: `ContrastLimitedAdaptiveHistogramEqualization` (Zuiderveld, 1994).
 *
 * @example
 * import { ContrastLimitedAdaptiveHistogramEqualization } from '@gradus/layers'
 * import { ones } from '@gradus/tensor'
 * const layer = new ContrastLimitedAdaptiveHistogramEqualization({ tileGridSize: [2, 2] })
 * layer.call(ones([1, 4, 4, 1])).shape // => [1, 4, 4, 1]
 */
export class ContrastLimitedAdaptiveHistogramEqualization extends ColorLayer<
  ContrastLimitedAdaptiveHistogramEqualizationConfig,
  null
> {
  static readonly type = 'ContrastLimitedAdaptiveHistogramEqualization'
  static override readonly fields = fields
  declare readonly options: OptionsOf<typeof fields>

  constructor(...config: ImageArgument<ContrastLimitedAdaptiveHistogramEqualizationConfig>) {
    super(...config)
    const { tileGridSize } = this.options
    if (tileGridSize.length === 2 && tileGridSize.every((count) => Number.isInteger(count) && count > 0)) return
    throw new ConfigError(
      `${this.type}: 'tileGridSize' must be two positive whole numbers and is ${describeValue(tileGridSize)}. Example: tileGridSize: [8, 8].`,
    )
  }

  protected override get transformsAlways(): boolean {
    return true
  }

  draw(): null {
    return null
  }

  transform(images: Tensor): Tensor {
    const values = rescaled(images, this.range, bytes)
    const { height, width } = sizeOf(images)
    const [rows, columns] = this.options.tileGridSize as readonly [number, number]
    const tile = { height: Math.ceil(height / rows), width: Math.ceil(width / columns) }
    const missing = [tile.height * rows - height, tile.width * columns - width] as const
    const whole = pad(
      values,
      [
        [0, 0],
        [0, missing[0]],
        [0, missing[1]],
        [0, 0],
      ],
      { mode: 'symmetric' },
    )
    const pixels = cast(clip(whole, ...bytes), 'int32')
    const tables = this.tables(pixels, { rows, columns, ...tile })
    const equalized = interpolated(pixels, tables, tile)
    const result = cropped(equalized, { top: 0, left: 0, height, width })
    return cast(rescaled(result, bytes, this.range), images.dtype)
  }

  /** The new value of each value in each tile, `[n, rows, columns, channels, 256]`. */
  private tables(
    pixels: Tensor,
    grid: { readonly rows: number; readonly columns: number; readonly height: number; readonly width: number },
  ): Tensor {
    const [n, , , channels] = pixels.shape as readonly [number, number, number, number]
    const { rows, columns, height, width } = grid
    const tiles = [n, rows, columns, channels]
    const count = n * rows * columns * channels
    const tileOf = (axis: 1 | 2, size: number) => floorQuotient(iota(pixels.shape, axis), size)
    const image = mul(iota(pixels.shape, 0), rows)
    const place = add(mul(add(image, tileOf(1, height)), columns), tileOf(2, width))
    const index = flatten(add(mul(add(mul(place, channels), iota(pixels.shape, 3)), levels), pixels))
    const counts = cast(scatterAdd(zeros([count * levels], 'int32'), index, onesLike(index)), 'float32')
    const histograms = reshape(counts, [...tiles, levels])
    const { clipLimit } = this.options
    const limited = clipLimit > 0 ? clip(histograms, 0, (clipLimit * height * width) / levels) : histograms
    const excess = sum(sub(histograms, limited), { axis: -1, keepDims: true })
    const sums = cumsum(clipLimit > 0 ? add(limited, div(excess, levels)) : histograms, { axis: -1 })
    const least = min(sums, { axis: -1, keepDims: true })
    const rest = sub(height * width, least)
    const shares = div(mul(sub(sums, least), 255), where(equal(rest, 0), 1, rest))
    return clip(shares, ...bytes)
  }
}

/** The quotient of whole numbers from 0, rounded down. */
function floorQuotient(x: Tensor, divisor: number): Tensor {
  return cast(floor(div(add(cast(x, 'float32'), 0.5), divisor)), 'int32')
}

/** The new values of pixels, interpolated between the tables of the four tiles around each pixel. */
function interpolated(
  pixels: Tensor,
  tables: Tensor,
  tile: { readonly height: number; readonly width: number },
): Tensor {
  const [n, , , channels] = pixels.shape as readonly [number, number, number, number]
  const [rows, columns] = [tables.shape[1]!, tables.shape[2]!]
  const frame = flatten(framed(framed(tables, 1), 2))
  const across = weightsOf(tile.width, columns, 2)
  const down = weightsOf(tile.height, rows, 1)
  const image = mul(iota([n, 1, 1, 1], 0), rows + 2)
  const channel = iota([1, 1, 1, channels], 3)
  const valueAt = (row: Tensor, column: Tensor) => {
    const place = add(mul(add(image, row), columns + 2), column)
    return gather(frame, add(mul(add(mul(place, channels), channel), levels), pixels))
  }
  const blend = (row: Tensor) =>
    add(mul(valueAt(row, across.before), sub(1, across.weight)), mul(valueAt(row, across.after), across.weight))
  return add(mul(blend(down.before), sub(1, down.weight)), mul(blend(down.after), down.weight))
}

/** A tensor with its first and last element along an axis repeated. */
function framed(x: Tensor, axis: number): Tensor {
  return concat([sliceAxis(x, axis, 0, 1), x, sliceAxis(x, axis, x.shape[axis]! - 1, 1)], axis)
}

/** The tiles before and after each pixel of an axis, and the share of the one after. */
function weightsOf(size: number, count: number, axis: 1 | 2) {
  const shape = axis === 1 ? [1, size * count, 1, 1] : [1, 1, size * count, 1]
  const position = add(div(sub(arange(0, size * count, 1, 'float32'), size / 2), size), 1)
  const before = floor(position)
  const limited = (x: Tensor) => reshape(cast(clip(x, 0, count + 1), 'int32'), shape)
  return { before: limited(before), after: limited(add(before, 1)), weight: reshape(sub(position, before), shape) }
}
