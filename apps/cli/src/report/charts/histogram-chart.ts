import { shortNumber } from '../../text/numbers.ts'
import { frameOf, roundRange } from './axes.ts'
import type { Picture, Shape, Tone } from './shapes.ts'

interface HistogramOptions {
  readonly title: string
  readonly values: ArrayLike<number>
  readonly tone: Tone
}

const binCount = 40

/** The number of values by size. */
export function histogramChart({ title, values, tone }: HistogramOptions): Picture {
  const { range, counts, finite, zeros, mean, deviation } = distributionOf(values)
  const most = Math.max(1, ...counts)
  const y = [0, roundRange([0, most])[1]] as const
  const frame = frameOf({ title, x: range, y, xLabel: 'value', yLabel: 'count', width: 360, height: 210, wholeY: true })
  const { toX, toY, width, height } = frame
  const size = (range[1] - range[0]) / counts.length
  const edges = (index: number) => [range[0] + index * size, range[0] + (index + 1) * size] as const
  const bars = counts.flatMap((count, index): Shape[] => {
    const [low, high] = edges(index)
    const bar = { x: toX(low), width: Math.max(1, toX(high) - toX(low) - 0.5) }
    return count === 0 ? [] : [{ kind: 'rect', ...bar, y: toY(count), height: toY(0) - toY(count), tone, opacity: 0.8 }]
  })
  const others = values.length - finite
  const description =
    `${finite} values, mean ${shortNumber(mean)}, standard deviation ${shortNumber(deviation)}` +
    `${zeros > 0 ? `, ${zeros} of them 0` : ''}${others > 0 ? `; ${others} are not finite` : ''}.`
  return {
    title,
    description,
    width,
    height,
    shapes: [...frame.shapes, ...bars],
    table: {
      head: ['from', 'to', 'count'],
      rows: counts.map((count, index) => [...edges(index).map(shortNumber), String(count)]),
    },
  }
}

function distributionOf(values: ArrayLike<number>) {
  const list = Array.from(values).filter(Number.isFinite)
  const range = roundRange(list)
  const counts = new Array<number>(binCount).fill(0)
  let [zeros, sum, squares] = [0, 0, 0]
  for (const value of list) {
    counts[Math.min(binCount - 1, Math.floor(((value - range[0]) / (range[1] - range[0])) * binCount))]!++
    if (value === 0) zeros++
    sum += value
  }
  const mean = list.length === 0 ? 0 : sum / list.length
  for (const value of list) squares += (value - mean) ** 2
  const deviation = list.length === 0 ? 0 : Math.sqrt(squares / list.length)
  return { range, counts, finite: list.length, zeros, mean, deviation }
}
