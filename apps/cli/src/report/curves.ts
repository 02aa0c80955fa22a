import { shortNumber } from '../text/numbers.ts'
import { bestOf, figureNames } from '../train/epoch-records.ts'
import type { EpochRecord } from '../train/run-state.ts'
import { lineChart } from './charts/line-chart.ts'
import { type Picture, seriesTone } from './charts/shapes.ts'

/** The curves of a run: a chart for each figure, with the values on the training and the validation data, and the learning rate. */
export function curvesOf(epochs: readonly EpochRecord[]): Picture[] {
  const names = figureNames(epochs)
  const figures = [...new Set(names.map((name) => name.replace(/^val_/, '')))]
  // the loss first
  figures.sort((a, b) => Number(b === 'loss') - Number(a === 'loss'))
  const charts = figures.map((figure) => {
    const curves = [figure, `val_${figure}`]
      .filter((name) => names.includes(name))
      .map((name) => ({
        name: name.startsWith('val_') ? 'validation' : 'training',
        points: pointsOf(epochs, ({ logs }) => logs[name]),
        tone: seriesTone(name.startsWith('val_') ? 1 : 0),
        dash: name.startsWith('val_'),
      }))
    const watched = names.includes(`val_${figure}`) ? `val_${figure}` : figure
    const best = bestOf(epochs, watched)
    const description = best
      ? `The best ${watched} is ${shortNumber(best.value)}, in epoch ${best.epoch}.`
      : `No ${watched} is finite.`
    return lineChart({ title: figure, xLabel: 'epoch', yLabel: figure, curves, description })
  })
  const rates = new Set(epochs.map(({ learningRate }) => learningRate))
  if (rates.size < 2) return charts
  const points = pointsOf(epochs, ({ learningRate }) => learningRate)
  const description = `The learning rate goes from ${shortNumber(points[0]![1])} to ${shortNumber(points.at(-1)![1])}.`
  const curves = [{ name: 'learning rate', points, tone: seriesTone(3) }]
  return [
    ...charts,
    lineChart({ title: 'learning rate', xLabel: 'epoch', yLabel: 'learning rate', curves, description }),
  ]
}

/** The values of one figure by epoch, without epochs that lack it. */
export function pointsOf(
  epochs: readonly EpochRecord[],
  valueOf: (epoch: EpochRecord) => number | undefined,
): (readonly [number, number])[] {
  return epochs.flatMap((entry) => {
    const value = valueOf(entry)
    return value === undefined ? [] : [[entry.epoch, value] as const]
  })
}
