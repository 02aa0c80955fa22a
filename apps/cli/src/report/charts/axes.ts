import { shortNumber } from '../../text/numbers.ts'
import { shortened } from '../../text/shortened.ts'
import type { Point, Shape, Tone } from './shapes.ts'

/** The range of an axis. */
export type Range = readonly [low: number, high: number]

/** Round numbers from `low` to `high`: about `count` multiples of 1, 2 or 5 times a power of ten. */
export function ticksOf([low, high]: Range, count = 5): number[] {
  const raw = (high - low) / count
  if (!(raw > 0) || !Number.isFinite(raw)) return [low]
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw * 0.999) ?? 10)
  const ticks: number[] = []
  // multiplied, because sums of steps are not round
  for (let i = Math.ceil(low / step - 1e-6); i * step <= high + step * 1e-6; i++)
    ticks.push(Number((i * step).toPrecision(12)))
  return ticks
}

/** The smallest range with round ends that holds all finite values. */
export function roundRange(values: Iterable<number>): Range {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low > high) return [0, 1]
  if (low === high) {
    const spread = Math.abs(low) / 2 || 0.5
    return [low - spread, high + spread]
  }
  // twice, because the wider range may have a larger step
  return widened(widened([low, high]))
}

/** The range with ends that are ticks. */
function widened([low, high]: Range): Range {
  const [first = low, second = high] = ticksOf([low, high])
  const step = Math.abs(second - first) || high - low
  const tick = (value: number) => Number((value * step).toPrecision(12))
  return [tick(Math.floor(low / step + 1e-9)), tick(Math.ceil(high / step - 1e-9))]
}

interface LegendEntry {
  readonly name: string
  readonly tone: Tone
  readonly dash?: boolean
}

export interface FrameOptions {
  readonly title: string
  readonly x: Range
  readonly y: Range
  readonly xLabel: string
  readonly yLabel: string
  readonly width?: number
  readonly height?: number
  readonly legend?: readonly LegendEntry[]
  /** Whether the ticks of an axis are whole numbers. */
  readonly wholeX?: boolean
  readonly wholeY?: boolean
}

/** The title, the axes and the legend of a chart, and the places of values in it. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly shapes: readonly Shape[]
  toX(value: number): number
  toY(value: number): number
}

/** The largest number of letters in the name of a curve. */
const maxName = 34

export function frameOf(options: FrameOptions): Frame {
  const { title, x, y, xLabel, yLabel, width = 480, legend = [], wholeX = false, wholeY = false } = options
  const rows = legendRows(legend, width)
  const top = 34 + rows.length * 18
  const height = (options.height ?? 280) + rows.length * 18
  const yTicks = ticksOf(y).filter((tick) => !wholeY || Number.isInteger(tick))
  const left = 30 + Math.max(...yTicks.map((tick) => shortNumber(tick).length)) * 7
  const xTicks = ticksOf(x, 6).filter((tick) => !wholeX || Number.isInteger(tick))
  // half of the last number is to the right of its tick
  const [right, bottom] = [width - Math.max(14, shortNumber(xTicks.at(-1) ?? 0).length * 3.5 + 2), height - 42]
  const toX = (value: number) => left + ((value - x[0]) / (x[1] - x[0])) * (right - left)
  const toY = (value: number) => bottom - ((value - y[0]) / (y[1] - y[0])) * (bottom - top)
  const shapes: Shape[] = [
    { kind: 'text', x: 8, y: 20, text: title, tone: 'ink', size: 14, bold: true },
    ...rows.flat(),
    ...yTicks.flatMap((tick): Shape[] => [
      straight([left, toY(tick)], [right, toY(tick)], 'grid'),
      { kind: 'text', x: left - 6, y: toY(tick) + 4, text: shortNumber(tick), tone: 'soft', anchor: 'end' },
    ]),
    ...xTicks.flatMap((tick): Shape[] => [
      straight([toX(tick), bottom], [toX(tick), bottom + 4], 'soft'),
      { kind: 'text', x: toX(tick), y: bottom + 17, text: shortNumber(tick), tone: 'soft', anchor: 'middle' },
    ]),
    straight([left, top], [left, bottom], 'soft'),
    straight([left, bottom], [right, bottom], 'soft'),
    { kind: 'text', x: (left + right) / 2, y: height - 8, text: xLabel, tone: 'soft', anchor: 'middle' },
    { kind: 'text', x: 14, y: (top + bottom) / 2, text: yLabel, tone: 'soft', anchor: 'middle', upright: true },
  ]
  return { width, height, shapes, toX, toY }
}

/** A thin line. */
export function straight(from: Point, to: Point, tone: Tone, dash = false): Shape {
  return { kind: 'line', points: [from, to], tone, width: 1, dash }
}

/** The legend in rows below the title: a piece of each line with its name. */
function legendRows(legend: readonly LegendEntry[], width: number): readonly (readonly Shape[])[] {
  const rows: Shape[][] = []
  let x = Number.POSITIVE_INFINITY
  for (const { name, tone, dash = false } of legend) {
    const text = shortened(name, maxName)
    const needed = 44 + text.length * 7
    if (x + needed > width) {
      rows.push([])
      x = 8
    }
    const y = 20 + rows.length * 18
    const points = [
      [x, y - 4],
      [x + 22, y - 4],
    ] as const
    rows.at(-1)!.push({ kind: 'line', points, tone, dash }, { kind: 'text', x: x + 28, y, text, tone: 'ink' })
    x += needed
  }
  return rows
}
