import { textOf } from '../cell.ts'
import { Moments } from '../moments.ts'
import { type ColumnKind, type ColumnState, describeFill, isNumber, isScaled, isTexts } from './kind.ts'
import { fillOf, scaleOf } from './number.ts'
import { readDate } from './read-date.ts'

const dayLength = 86_400_000
/** The last time that a `Date` can be. */
const latest = 8.64e15

/** The cycles of a date that become a sine and a cosine, with the part of the cycle (0 to 1) at a time. */
const cycles: Readonly<Record<string, (time: number) => number>> = {
  year: (time) => (time - Date.UTC(new Date(time).getUTCFullYear(), 0, 1)) / (366 * dayLength),
  week: (time) => remainder(time, 7 * dayLength),
  day: (time) => remainder(time, dayLength),
}

/** How dates become numbers. */
export interface DateState extends ColumnState {
  readonly offset: number
  readonly span: number
  readonly fill: number
  readonly marksMissing: boolean
  /** The cycles in which the dates differ. */
  readonly cycles: readonly string[]
}

/**
 * Dates, times of day, or both. The time that has passed, and a sine and a cosine for each cycle in which the dates of the training
 * rows differ: the year, the week, the day.
 */
export const date: ColumnKind<number, DateState> = {
  name: 'date',
  likelihood: ({ dates }) => (dates === undefined ? 0 : 0.7),
  infer: ({ dates }) => (dates ? { order: dates } : {}),
  isState: (state) =>
    isScaled(state) &&
    isNumber(state.fill) &&
    Math.abs(state.fill) <= latest &&
    typeof state.marksMissing === 'boolean' &&
    isTexts(state.cycles) &&
    state.cycles.every((cycle) => Object.hasOwn(cycles, cycle)),
  expected: ({ order }) =>
    `a date${order === 'dmy' ? ' (day, month, year)' : order === 'mdy' ? ' (month, day, year)' : ''}`,
  read(cell, { order }) {
    if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? undefined : cell.getTime()
    if (typeof cell === 'number') return Math.abs(cell) <= latest ? cell : undefined
    return typeof cell === 'string' ? readDate(textOf(cell), order) : undefined
  },
  learn(options) {
    const moments = new Moments()
    let [marksMissing, clock] = [false, false]
    return {
      add(value) {
        if (value === undefined) marksMissing = true
        else {
          moments.add(value)
          clock ||= value % dayLength !== 0
        }
      },
      finish() {
        const span = moments.count === 0 ? 0 : moments.high - moments.low
        return {
          ...scaleOf(options, moments),
          fill: fillOf(options, moments),
          marksMissing,
          cycles: [
            ...(span > 60 * dayLength ? ['year'] : []),
            ...(span > 2 * dayLength ? ['week'] : []),
            ...(clock ? ['day'] : []),
          ],
        }
      },
    }
  },
  describe(state) {
    const filled = describeFill(state, new Date(state.fill).toISOString().slice(0, 10))
    return `the time${state.cycles.map((cycle) => `, the ${cycle}`).join('')}${filled}`
  },
  labels(name, state) {
    return [
      name,
      ...state.cycles.flatMap((cycle) => [`${name}, ${cycle} (sine)`, `${name}, ${cycle} (cosine)`]),
      ...(state.marksMissing ? [`${name} is missing`] : []),
    ]
  },
  encode(value, state, out, at) {
    const time = value ?? state.fill
    out[at] = (time - state.offset) / state.span
    state.cycles.forEach((cycle, index) => {
      const angle = 2 * Math.PI * cycles[cycle]!(time)
      out[at + 1 + 2 * index] = Math.sin(angle)
      out[at + 2 + 2 * index] = Math.cos(angle)
    })
    if (state.marksMissing) out[at + 1 + 2 * state.cycles.length] = value === undefined ? 1 : 0
  },
  show(numbers, { offset, span, cycles: own, marksMissing }, at) {
    if (marksMissing && numbers[at + 1 + 2 * own.length] === 1) return undefined
    // the number has 7 digits, so it is rounded
    const hasClock = own.includes('day')
    const unit = hasClock ? 60_000 : dayLength
    const time = new Date(Math.round((numbers[at]! * span + offset) / unit) * unit)
    if (Number.isNaN(time.getTime())) return String(numbers[at])
    return time
      .toISOString()
      .slice(0, hasClock ? 16 : 10)
      .replace('T', ' ')
  },
}

function remainder(time: number, length: number): number {
  return time / length - Math.floor(time / length)
}
