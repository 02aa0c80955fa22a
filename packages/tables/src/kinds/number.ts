import { textOf } from '../cell.ts'
import { Moments } from '../moments.ts'
import {
  type ColumnKind,
  type ColumnOptions,
  type ColumnState,
  describeFill,
  describeScale,
  isNumber,
  isScaled,
  unscaledText,
} from './kind.ts'
import { readNumber } from './read-number.ts'

/** How numbers become numbers of about one: `(value - offset) / span`. */
export interface NumberState extends ColumnState {
  readonly offset: number
  readonly span: number
  /** The value in place of a missing one. */
  readonly fill: number
  /** Whether a further number tells that the value is missing. */
  readonly marksMissing: boolean
}

/** So few different texts among numbers mark missing values. */
const few = 3

/** Numbers. One number each, and one more that tells whether the value is missing if some were missing in training. */
export const number: ColumnKind<number, NumberState> = {
  name: 'number',
  likelihood: ({ numbers, count, odd }) =>
    numbers === count ? 0.8 : numbers >= 0.9 * count && odd.length <= few ? 0.5 : 0,
  infer({ odd, decimal }, { decimal: known, isGuess }) {
    return {
      ...(decimal === ',' && known === undefined && { decimal }),
      ...(isGuess && odd.length > 0 && odd.length <= few && { missingTexts: odd }),
    }
  },
  isState: (state) => isScaled(state) && isNumber(state.fill) && typeof state.marksMissing === 'boolean',
  expected: ({ decimal = '.' }) => (decimal === ',' ? "a number with the decimal mark ','" : 'a number'),
  read(cell, { decimal = '.' }) {
    if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined
    if (typeof cell === 'bigint' || typeof cell === 'boolean') return Number(cell)
    return typeof cell === 'string' ? readNumber(textOf(cell), decimal) : undefined
  },
  learn(options) {
    const moments = new Moments()
    let missing = 0
    return {
      add(value) {
        if (value === undefined) missing++
        else moments.add(value)
      },
      finish: () => ({ ...scaleOf(options, moments), fill: fillOf(options, moments), marksMissing: missing > 0 }),
    }
  },
  describe: (state, options) => `${describeScale(state, options)}${describeFill(state)}`,
  labels: (name, { marksMissing }) => (marksMissing ? [name, `${name} is missing`] : [name]),
  encode(value, { offset, span, fill, marksMissing }, out, at) {
    out[at] = ((value ?? fill) - offset) / span
    if (marksMissing) out[at + 1] = value === undefined ? 1 : 0
  },
  show: (numbers, { offset, span, marksMissing }, at) =>
    marksMissing && numbers[at + 1] === 1 ? undefined : unscaledText(numbers[at]!, { offset, span }),
}

/** Returns the value that becomes 0 and the difference that becomes 1. */
export function scaleOf({ scale = 'standard' }: ColumnOptions, moments: Moments): { offset: number; span: number } {
  const { count, mean, deviation, low, high } = moments
  if (count === 0 || scale === 'none') return { offset: 0, span: 1 }
  if (scale === 'standard') return { offset: mean, span: deviation || 1 }
  const [from, to] = scale === 'range' ? [low, high] : scale
  return { offset: from, span: to - from || 1 }
}

/** Returns the number in place of a missing one. */
export function fillOf({ missing = 'median' }: ColumnOptions, moments: Moments): number {
  if (typeof missing === 'object') return Number(missing.constant)
  return missing === 'mean' ? moments.mean : moments.quantile(0.5)
}
