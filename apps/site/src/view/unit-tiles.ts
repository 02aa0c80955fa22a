import { type DenseWeights, forward } from '../arithmetic/network.ts'
import { side } from '../problems/digits.ts'
import { halfWidth } from '../problems/generators.ts'
import type { Problem } from '../problems/problem.ts'
import { channels, type Palette } from './colors.ts'
import { type Layout, pixelSize, tileSize } from './network-layout.ts'

/** The number of cells along each axis of the plane in the square of a unit. */
const cells = 18

interface Picture {
  readonly context: CanvasRenderingContext2D
  readonly layout: Layout
  readonly network: readonly DenseWeights[]
  readonly problem: Problem
  readonly palette: Palette
}

/** Draws the output of each unit over the inputs into its square, or the weights of the pixels. */
export function drawTiles(picture: Picture, sample: ArrayLike<number>): void {
  const { context, layout, problem } = picture
  context.clearRect(0, 0, layout.width, layout.height)
  if (layout.picture) {
    drawDigit(picture, sample)
    drawWeights(picture)
  } else if (problem.inputs.length === 2) drawPlanes(picture)
  else drawCurves(picture)
}

/** Values as an image: the color `low` above 0 and `high` below, more opaque for larger absolute values. */
export function signedImage(values: ArrayLike<number>, width: number, { low, high }: Palette): OffscreenCanvas {
  const most = Math.max(1e-6, ...Array.from(values, Math.abs))
  const [above, below] = [channels(low), channels(high)]
  return imageOf(values, width, (value) => [...(value < 0 ? below : above), 255 * (Math.abs(value) / most)])
}

function drawDigit({ context, layout, palette }: Picture, sample: ArrayLike<number>): void {
  const ink = channels(palette.ink)
  const { x, y } = layout.at(0, 0)
  const size = side * pixelSize
  paint(
    context,
    imageOf(sample, side, (value) => [...ink, 255 * value]),
    [x - pixelSize / 2, y - pixelSize / 2, size],
    false,
  )
}

function drawWeights({ context, layout, network, palette }: Picture): void {
  const { kernel, units, inputs } = network[0]!
  for (let unit = 0; unit < units; unit++) {
    const own = Array.from({ length: inputs }, (_, input) => kernel[input * units + unit]!)
    paint(context, signedImage(own, side, palette), tileAt(layout, 1, unit), false)
  }
}

function drawPlanes(picture: Picture): void {
  const { context, layout, network, palette } = picture
  const center = (i: number) => -halfWidth + ((i + 0.5) / cells) * 2 * halfWidth
  const given = Array.from({ length: cells * cells }, (_, i) =>
    forward(network, [center(i % cells), -center(Math.floor(i / cells))]),
  )
  eachUnit(picture, (column, unit, output) => {
    const values = given.map((each) => each[column]![unit]!)
    const own = channels(unit === 0 ? palette.low : palette.high)
    const image = output
      ? imageOf(values, cells, (share) => [...own, 230 * share])
      : signedImage(values, cells, palette)
    paint(context, image, tileAt(layout, column, unit), true)
  })
}

function drawCurves(picture: Picture): void {
  const { context, layout, network, problem, palette } = picture
  const [left, right] = problem.kind === 'classes' ? [0, 1] : [-halfWidth, halfWidth]
  const given = Array.from({ length: 2 * cells + 1 }, (_, i) =>
    forward(network, [left + ((right - left) * i) / (2 * cells)]),
  )
  eachUnit(picture, (column, unit) => {
    const values = given.map((each) => each[column]![unit]!)
    const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)]
    const [x, y, size] = tileAt(layout, column, unit)
    const up = (value: number) => y + 4 + (1 - (value - least) / (most - least || 1)) * (size - 8)
    const line = (points: readonly number[], color: string, width: number) => {
      context.beginPath()
      points.forEach((value, i) => context.lineTo(x + (size * i) / (points.length - 1), up(value)))
      context.strokeStyle = color
      context.lineWidth = width
      context.stroke()
    }
    line([0, 0], palette.faint, 1)
    line(values, palette.low, 2)
  })
}

function eachUnit({ layout, problem }: Picture, draw: (column: number, unit: number, output: boolean) => void): void {
  layout.counts.forEach((count, column) => {
    const output = column === layout.counts.length - 1 && problem.kind === 'classes'
    for (let unit = 0; unit < count; unit++) draw(column, unit, output)
  })
}

function tileAt(layout: Layout, column: number, unit: number): [x: number, y: number, size: number] {
  const { x, y } = layout.at(column, unit)
  return [x - tileSize / 2, y - tileSize / 2, tileSize]
}

function imageOf(values: ArrayLike<number>, width: number, color: (value: number) => number[]): OffscreenCanvas {
  const height = values.length / width
  const image = new ImageData(width, height)
  for (let i = 0; i < values.length; i++) image.data.set(color(values[i]!), 4 * i)
  const canvas = new OffscreenCanvas(width, height)
  canvas.getContext('2d')!.putImageData(image, 0, 0)
  return canvas
}

function paint(
  context: CanvasRenderingContext2D,
  image: OffscreenCanvas,
  [x, y, size]: [number, number, number],
  smooth: boolean,
) {
  context.imageSmoothingEnabled = smooth
  context.drawImage(image, x, y, size, size)
}
