/** The colors of charts by their meaning; `series-<n>` are those of curves. */
export const tones = {
  ink: ['#1f2328', '#e6edf3'],
  soft: ['#59636e', '#9aa4af'],
  grid: ['#d8dee4', '#343b44'],
  'series-0': ['#0969da', '#58a6ff'],
  'series-1': ['#c2410c', '#f0883e'],
  'series-2': ['#1a7f37', '#3fb950'],
  'series-3': ['#8250df', '#bc8cff'],
  'series-4': ['#bf3989', '#f778ba'],
  'series-5': ['#7d6200', '#d4a72c'],
} as const

export type Tone = keyof typeof tones

/** The tone of the curve number `index`; tones repeat after the sixth. */
export function seriesTone(index: number): Tone {
  return `series-${(index % 6) as 0 | 1 | 2 | 3 | 4 | 5}`
}

export type Point = readonly [x: number, y: number]

/** A part of a picture. Lengths are in units of the picture, from its upper left corner. */
export type Shape =
  | {
      readonly kind: 'line'
      readonly points: readonly Point[]
      readonly tone: Tone
      readonly dash?: boolean
      readonly width?: number
    }
  | {
      readonly kind: 'rect'
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
      readonly tone: Tone
      readonly opacity?: number
    }
  | {
      readonly kind: 'dot'
      readonly x: number
      readonly y: number
      readonly r: number
      readonly tone: Tone
      readonly opacity?: number
    }
  | {
      readonly kind: 'text'
      readonly x: number
      readonly y: number
      readonly text: string
      readonly tone: Tone
      readonly anchor?: 'start' | 'middle' | 'end'
      readonly size?: number
      readonly bold?: boolean
      /** Reads upwards. */
      readonly upright?: boolean
    }

/** The numbers of a picture as text. */
export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A chart. */
export interface Picture {
  readonly title: string
  /** One or two sentences with the main result, for readers who do not see the chart. */
  readonly description: string
  readonly width: number
  readonly height: number
  readonly shapes: readonly Shape[]
  readonly table?: Table
}

/** One picture with the given ones below each other. */
export function stacked(title: string, pictures: readonly Picture[]): Picture {
  const shapes: Shape[] = []
  let height = 0
  for (const picture of pictures) {
    for (const shape of picture.shapes) shapes.push(moved(shape, height))
    height += picture.height
  }
  const width = Math.max(...pictures.map((picture) => picture.width))
  return { title, description: pictures.map(({ description }) => description).join(' '), width, height, shapes }
}

function moved(shape: Shape, down: number): Shape {
  if (shape.kind === 'line') return { ...shape, points: shape.points.map(([x, y]) => [x, y + down] as const) }
  return { ...shape, y: shape.y + down }
}
