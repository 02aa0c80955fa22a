import { ShapeError } from '../errors.ts'
import { formatShape, type Shape } from '../shape.ts'

/** A number for all spatial axes, or one per axis. */
export type PerAxis = number | readonly number[]

/** Elements before and after each spatial axis. */
export type PaddingPairs = readonly (readonly [low: number, high: number])[]

/** The `n` values of an option that is a list, or a number for all axes. */
export function perAxis(name: string, option: string, value: PerAxis, n: number, least = 1): number[] {
  const list = typeof value === 'number' ? new Array<number>(n).fill(value) : [...value]
  if (list.length !== n || list.some((entry) => !Number.isInteger(entry) || entry < least)) {
    throw new ShapeError(
      `${name}: ${option} is ${JSON.stringify(value)}; it must be a whole number from ${least}, or a list of ${n} of them.`,
    )
  }
  return list
}

/** The number of spatial axes of `[n, ...spatial, c]`: 1 to 3. */
export function spatialRank(name: string, shape: Shape): number {
  const rank = shape.length - 2
  if (rank < 1 || rank > 3) {
    throw new ShapeError(
      `${name}: the input has shape ${formatShape(shape)}; it must be [n, ...spatial, c] with 1 to 3 spatial axes.`,
    )
  }
  return rank
}

/**
 * Padding by Keras's names. `same`: out = ceil(in / stride), the odd element goes to the right; `causal`: all of the
 * kernel's reach lies to the left, so that no output sees a later input.
 */
export function paddingPairs(
  name: string,
  padding: string | PaddingPairs,
  window: {
    readonly input: readonly number[]
    readonly size: readonly number[]
    readonly strides: readonly number[]
    readonly dilation: readonly number[]
  },
): [number, number][] {
  const { input, size, strides, dilation } = window
  if (typeof padding !== 'string') {
    if (padding.length !== input.length) {
      throw new ShapeError(
        `${name}: padding has ${padding.length} pairs; give one pair [low, high] for each of the ${input.length} spatial axes.`,
      )
    }
    return padding.map(([low, high]) => [low, high])
  }
  return input.map((length, i) => {
    const reach = (size[i]! - 1) * dilation[i]!
    if (padding === 'valid') return [0, 0]
    if (padding === 'causal') return [reach, 0]
    if (padding !== 'same')
      throw new ShapeError(
        `${name}: padding '${padding}' is unknown; use 'valid', 'same', 'causal' or pairs [low, high].`,
      )
    const total = Math.max(0, (Math.ceil(length / strides[i]!) - 1) * strides[i]! + reach + 1 - length)
    const low = Math.floor(total / 2)
    return [low, total - low]
  })
}

/** Throws if a window with its gaps is longer than the padded input. */
export function requireRoom(
  name: string,
  shape: Shape,
  size: readonly number[],
  dilation: readonly number[],
  padding: PaddingPairs,
): void {
  size.forEach((length, i) => {
    const [low, high] = padding[i]!
    const reach = (length - 1) * dilation[i]! + 1
    if (shape[i + 1]! + low + high < reach) {
      throw new ShapeError(
        `${name}: a window that spans ${reach} elements does not fit spatial axis ${i} of an input of shape ${formatShape(shape)} ` +
          `with padding [${low}, ${high}]. Use padding 'same', a smaller window or a larger input.`,
      )
    }
  })
}
