import { glyphOf } from './font.ts'
import { type Picture, type Point, type Shape, type Tone, tones } from './shapes.ts'

/** An image with 8 bits for each of red, green and blue. */
export interface Raster {
  readonly width: number
  readonly height: number
  readonly channels: 3
  readonly data: Uint8Array
}

/** Draws a picture on white, with `scale` pixels for a unit of length. */
export function toRaster(picture: Picture, scale = 2): Raster {
  const canvas = new Canvas(Math.ceil(picture.width * scale), Math.ceil(picture.height * scale))
  for (const shape of picture.shapes) draw(canvas, shape, scale)
  return { width: canvas.width, height: canvas.height, channels: 3, data: canvas.data }
}

class Canvas {
  readonly data: Uint8Array

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8Array(width * height * 3).fill(255)
  }

  /** Mixes a color into the pixels of a box; `coverage` says how much, from 0 to 1, at the center of a pixel. */
  paint(box: readonly [number, number, number, number], tone: Tone, coverage: (x: number, y: number) => number): void {
    const color = Number.parseInt(tones[tone][0].slice(1), 16)
    const channels = [color >> 16, (color >> 8) & 255, color & 255]
    const [left, top] = [Math.max(0, Math.floor(box[0])), Math.max(0, Math.floor(box[1]))]
    const [right, bottom] = [Math.min(this.width, Math.ceil(box[2])), Math.min(this.height, Math.ceil(box[3]))]
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const part = coverage(x + 0.5, y + 0.5)
        if (part <= 0) continue
        const at = (y * this.width + x) * 3
        for (let c = 0; c < 3; c++)
          this.data[at + c] = Math.round(this.data[at + c]! * (1 - part) + channels[c]! * part)
      }
    }
  }
}

function draw(canvas: Canvas, shape: Shape, scale: number): void {
  if (shape.kind === 'line') {
    const points = shape.points.map(([x, y]): Point => [x * scale, y * scale])
    const half = ((shape.width ?? 2) * scale) / 2
    const from = shape.dash ? dashed(points, 6 * scale, 4 * scale) : segmentsOf(points)
    for (const [start, end] of from) drawSegment(canvas, start, end, half, shape.tone)
  } else if (shape.kind === 'text') {
    drawText(canvas, shape, scale)
  } else if (shape.kind === 'dot') {
    const [x, y, r] = [shape.x * scale, shape.y * scale, shape.r * scale]
    const opacity = shape.opacity ?? 1
    const coverage = (px: number, py: number) => opacity * clamp(r + 0.5 - Math.hypot(px - x, py - y))
    canvas.paint([x - r - 1, y - r - 1, x + r + 1, y + r + 1], shape.tone, coverage)
  } else {
    const [x, y] = [shape.x * scale, shape.y * scale]
    const [right, bottom] = [x + shape.width * scale, y + shape.height * scale]
    const inside = (px: number, py: number) => px >= x && px < right && py >= y && py < bottom
    canvas.paint([x, y, right, bottom], shape.tone, (px, py) => (inside(px, py) ? (shape.opacity ?? 1) : 0))
  }
}

type Segment = readonly [start: Point, end: Point]

function segmentsOf(points: readonly Point[]): Segment[] {
  return points.slice(1).map((end, index) => [points[index]!, end])
}

function dashed(points: readonly Point[], on: number, off: number): Segment[] {
  const dashes: Segment[] = []
  let done = 0
  for (const [start, end] of segmentsOf(points)) {
    const length = Math.hypot(end[0] - start[0], end[1] - start[1])
    const at = (t: number): Point => [
      start[0] + ((end[0] - start[0]) * t) / length,
      start[1] + ((end[1] - start[1]) * t) / length,
    ]
    for (let t = 0; t < length; ) {
      const phase = (done + t) % (on + off)
      const next = Math.min(length, t + (phase < on ? on - phase : on + off - phase) + 1e-6)
      if (phase < on) dashes.push([at(t), at(next)])
      t = next
    }
    done += length
  }
  return dashes
}

function drawSegment(canvas: Canvas, [x1, y1]: Point, [x2, y2]: Point, half: number, tone: Tone): void {
  const [dx, dy] = [x2 - x1, y2 - y1]
  const squared = dx * dx + dy * dy
  const coverage = (x: number, y: number) => {
    const t = squared === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / squared))
    return clamp(half + 0.5 - Math.hypot(x - x1 - t * dx, y - y1 - t * dy))
  }
  const edge = half + 1
  const box = [
    Math.min(x1, x2) - edge,
    Math.min(y1, y2) - edge,
    Math.max(x1, x2) + edge,
    Math.max(y1, y2) + edge,
  ] as const
  canvas.paint(box, tone, coverage)
}

/** Draws letters of whole pixels, 6 dots wide with the space after them. */
function drawText(canvas: Canvas, shape: Shape & { readonly kind: 'text' }, scale: number): void {
  const dot = Math.max(1, Math.round(((shape.size ?? 12) * scale) / 12))
  const characters = [...shape.text]
  const length = (characters.length * 6 - 1) * dot
  const shift = { start: 0, middle: length / 2, end: length }[shape.anchor ?? 'start']
  const [x, y] = [Math.round(shape.x * scale), Math.round(shape.y * scale)]
  const thick = shape.bold ? dot + 1 : dot
  characters.forEach((character, index) => {
    glyphOf(character).forEach((bits, row) => {
      for (let column = 0; column < 5; column++) {
        if (!(bits & (16 >> column))) continue
        const along = Math.round((index * 6 + column) * dot - shift)
        const above = (row - 7) * dot
        const [px, py] = shape.upright ? [x + above, y - along - dot] : [x + along, y + above]
        canvas.paint([px, py, px + thick, py + dot], shape.tone, () => 1)
      }
    })
  })
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}
