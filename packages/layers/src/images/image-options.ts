import { ConfigError, describeValue, joinFields, type Kind } from '@gradus/core'
import { dataFormats } from '../data-format.ts'
import { boxFormats } from './box-formats.ts'

/** The options that all layers of images have. */
export const imageFields = {
  dataFormat: { oneOf: dataFormats, default: 'channelsLast' },
  /** The form of bounding boxes; needed if the input has them. */
  boundingBoxFormat: { oneOf: boxFormats },
} as const

/** The options of layers that draw random transformations. */
export const randomFields = /* @__PURE__ */ joinFields(imageFields, {
  /** Layers with different seeds draw different numbers, which also depend on the model's seed and the train step. */
  seed: 'integer',
} as const)

/** An option with an interval: two numbers, or one that stands for an interval around 0. */
export const intervalKind = 'unknown' as Kind<number | readonly number[]>

/** The values of the lowest and the highest pixel. */
export const valueRangeField = { type: 'numbers', default: [0, 255] } as const

/** An interval from the first to the second number. */
export type Interval = readonly [low: number, high: number]

/** The limits of an interval, and the interval that a single number stands for. */
export interface IntervalRules {
  readonly least: number
  readonly most: number
  /** Whether the lower limit itself is excluded. */
  readonly isOpen?: boolean
  /** Whether both ends of a pair must be within the limits; otherwise it is enough that the interval meets them. */
  readonly isStrict?: boolean
  /** The interval of a single number; by default from -value, or the lower limit, to value. */
  readonly ofNumber?: (value: number) => Interval
}

/** The interval of an option. Throws `ConfigError` for other values than a number or two numbers within the limits. */
export function intervalOf(
  owner: string,
  key: string,
  value: number | readonly number[],
  { least, most, isOpen = false, isStrict = false, ofNumber }: IntervalRules,
): Interval {
  const pair = typeof value === 'number' ? [value, value] : value
  const isPair = Array.isArray(pair) && pair.length === 2 && pair.every((end) => typeof end === 'number')
  const isInside = (end: number) => (isOpen ? end > least : end >= least) && end <= most
  const fits = () =>
    typeof value === 'number' || isStrict ? pair.every(isInside) : pair[0]! <= most && pair[1]! >= least
  if (!(isPair && fits())) {
    throw new ConfigError(
      `${owner}: '${key}' must be a number or two numbers ${isOpen ? 'above' : 'from'} ${least} ${isOpen ? 'and up ' : ''}to ${most} and is ${describeValue(value)}. Example: ${key}: [${Math.max(0, least)}, ${Math.max(0, least) + 0.25 * (most - Math.max(0, least))}].`,
    )
  }
  if (typeof value !== 'number') return [Math.min(...value), Math.max(...value)]
  if (ofNumber) return ofNumber(value)
  const size = Math.abs(value)
  return [Math.max(-size, least), size]
}

/** The option `valueRange` in ascending order. Throws `ConfigError` unless it holds two different numbers. */
export function valueRangeOf(owner: string, value: readonly number[]): Interval {
  if (value.length === 2 && value[0] !== value[1]) return [Math.min(...value), Math.max(...value)]
  throw new ConfigError(
    `${owner}: 'valueRange' must hold the lowest and the highest value of pixels and is ${describeValue(value)}. Example: valueRange: [0, 255].`,
  )
}
