import { valuesOnGrid } from '../arithmetic/figures.ts'
import type { DenseWeights } from '../arithmetic/network.ts'
import { halfWidth } from '../problems/generators.ts'
import type { Problem, Samples } from '../problems/problem.ts'
import { channels, type Palette } from './colors.ts'

export const drawingSize = 360
const cells = 40

const toPixel = (value: number, low: number, high: number) => ((value - low) / (high - low)) * drawingSize

/** Draws the output of the network over the plane, and the samples. */
export function drawPlane(
  context: CanvasRenderingContext2D,
  network: readonly DenseWeights[] | undefined,
  problem: Problem,
  palette: Palette,
): void {
  context.fillStyle = palette.ground
  context.fillRect(0, 0, drawingSize, drawingSize)
  if (network) drawProbability(context, network, palette)
  drawPoints(context, problem.test, palette, true)
  drawPoints(context, problem.train, palette, false)
}

// One pixel per cell, scaled up, so that the browser interpolates between cells.
function drawProbability(
  context: CanvasRenderingContext2D,
  network: readonly DenseWeights[],
  { low, high }: Palette,
): void {
  const center = (i: number) => -halfWidth + ((i + 0.5) / cells) * 2 * halfWidth
  const points = Array.from({ length: cells * cells }, (_, i) => [center(i % cells), -center(Math.floor(i / cells))])
  const image = new ImageData(cells, cells)
  const [below, above] = [channels(low), channels(high)]
  valuesOnGrid(network, points).forEach((value, i) => {
    const strength = 0.06 + 1.1 * Math.abs(value - 0.5)
    image.data.set([...(value > 0.5 ? above : below), 255 * strength], 4 * i)
  })
  const small = new OffscreenCanvas(cells, cells)
  small.getContext('2d')!.putImageData(image, 0, 0)
  context.drawImage(small, 0, 0, drawingSize, drawingSize)
}

// Circles for class 0 and squares for class 1, hollow for test samples.
function drawPoints(
  context: CanvasRenderingContext2D,
  { x, y }: Samples,
  { low, high, ink, ground }: Palette,
  hollow: boolean,
): void {
  x.forEach(([across = 0, up = 0], index) => {
    const [px, py] = [toPixel(across, -halfWidth, halfWidth), drawingSize - toPixel(up, -halfWidth, halfWidth)]
    const color = y[index] === 1 ? high : low
    context.beginPath()
    if (y[index] === 1) context.rect(px - 3.2, py - 3.2, 6.4, 6.4)
    else context.arc(px, py, 3.6, 0, 2 * Math.PI)
    context.lineWidth = hollow ? 1.6 : 1
    context.fillStyle = hollow ? ground : color
    context.strokeStyle = hollow ? color : ink
    context.fill()
    context.stroke()
  })
}

/** Draws the output of a network with one input, and the samples. */
export function drawLine(
  context: CanvasRenderingContext2D,
  network: readonly DenseWeights[] | undefined,
  problem: Problem,
  palette: Palette,
): void {
  const classes = problem.kind === 'classes'
  const [left, right] = classes ? [0, 1] : [-halfWidth, halfWidth]
  const [bottom, top] = classes ? [-0.15, 1.15] : [-halfWidth, halfWidth]
  const px = (value: number) => toPixel(value, left, right)
  const py = (value: number) => drawingSize - toPixel(value, bottom, top)
  context.fillStyle = palette.ground
  context.fillRect(0, 0, drawingSize, drawingSize)
  context.strokeStyle = palette.faint
  context.lineWidth = 1
  for (const value of classes ? [0, 0.5, 1] : [-2, 0, 2]) {
    context.beginPath()
    context.moveTo(0, py(value))
    context.lineTo(drawingSize, py(value))
    context.stroke()
  }
  for (const samples of [problem.test, problem.train]) {
    samples.x.forEach(([x = 0], index) => {
      const y = samples.y[index]!
      const spread = classes ? (((index * 37) % 17) / 17 - 0.5) * 0.14 : 0
      context.beginPath()
      if (classes && y === 1) context.rect(px(x) - 2.5, py(y + spread) - 2.5, 5, 5)
      else context.arc(px(x), py(y + spread), 2.8, 0, 2 * Math.PI)
      context.fillStyle = context.strokeStyle = classes && y === 1 ? palette.high : palette.low
      if (samples === problem.train) context.fill()
      else context.stroke()
    })
  }
  if (!network) return
  const points = Array.from({ length: 181 }, (_, i) => [left + ((right - left) * i) / 180])
  context.beginPath()
  valuesOnGrid(network, points).forEach((value, i) => context.lineTo(px(points[i]![0]!), py(value)))
  context.strokeStyle = palette.ink
  context.lineWidth = 3
  context.stroke()
}

/** The point of the plane at a position in the drawing, `across` and `down` from 0 to 1. */
export function pointAt(across: number, down: number): [x: number, y: number] {
  const rounded = (value: number) => Math.round(Math.min(halfWidth, Math.max(-halfWidth, value)) * 100) / 100
  return [rounded((2 * across - 1) * halfWidth), rounded((1 - 2 * down) * halfWidth)]
}
