import { shortNumber } from '../../text/numbers.ts'
import { type FrameOptions, frameOf, roundRange } from './axes.ts'
import type { Picture, Point, Shape, Tone } from './shapes.ts'

/** A curve: its values by place, such as the loss by epoch. Values that are not finite are gaps. */
interface Curve {
  readonly name: string
  readonly points: readonly Point[]
  readonly tone: Tone
  readonly dash?: boolean
}

export interface LineChartOptions extends Pick<FrameOptions, 'title' | 'xLabel' | 'yLabel'> {
  readonly curves: readonly Curve[]
  readonly description: string
  /** Whether the table shows numbers; default true. */
  readonly table?: boolean
}

/** Curves over whole numbers, such as epochs. */
export function lineChart({ title, xLabel, yLabel, curves, description }: LineChartOptions): Picture {
  const all = curves.flatMap(({ points }) => points)
  const places = [...new Set(all.map(([x]) => x))].sort((a, b) => a - b)
  const [first = 0, last = 1] = [places[0], places.at(-1)]
  const x = first === last ? ([first - 0.5, first + 0.5] as const) : ([first, last] as const)
  const frame = frameOf({
    title,
    xLabel,
    yLabel,
    x,
    y: roundRange(all.map(([, y]) => y)),
    legend: curves,
    wholeX: true,
  })
  const { width, height, toX, toY } = frame
  const shapes = curves.flatMap(({ points, tone, dash }) =>
    pieces(points).map((piece): Shape => {
      const placed = piece.map(([px, py]): Point => [toX(px), toY(py)])
      const [only] = placed
      if (placed.length > 1) return { kind: 'line', points: placed, tone, ...(dash && { dash }) }
      return { kind: 'dot', x: only![0], y: only![1], r: 3, tone }
    }),
  )
  const values = curves.map(({ points }) => new Map(points))
  const rows = places.map((place) => [
    String(place),
    ...values.map((of) => (of.has(place) ? shortNumber(of.get(place)!) : '')),
  ])
  const table = { head: [xLabel, ...curves.map(({ name }) => name)], rows }
  return { title, description, width, height, shapes: [...frame.shapes, ...shapes], table }
}

/** The parts of a curve between gaps. */
function pieces(points: readonly Point[]): Point[][] {
  const parts: Point[][] = [[]]
  for (const point of points) {
    if (Number.isFinite(point[1])) parts.at(-1)!.push(point)
    else parts.push([])
  }
  return parts.filter((part) => part.length > 0)
}
