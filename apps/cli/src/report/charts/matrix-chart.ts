import { shortened } from '../../text/shortened.ts'
import { type Confusion, frequentConfusions, rightOf } from '../../train/confusion.ts'
import type { Picture, Shape } from './shapes.ts'

/** The largest number of classes that a matrix shows; more would be too small to read. */
export const maxClasses = 40

/** A confusion matrix: a row for each class, a column for each predicted class, shaded by the part of the row. */
export function matrixChart(confusion: Confusion): Picture {
  const { classes, counts } = confusion
  const count = classes.length
  const names = classes.map((name) => shortened(name, 16))
  const longest = Math.max(...names.map((name) => name.length))
  const left = 34 + longest * 7
  const cell = Math.min(count <= 4 ? 84 : 44, Math.max(11, Math.floor((470 - left) / count)))
  const slanted = longest * 7 > cell - 4
  const top = 58 + (slanted ? longest * 7 : 14)
  const [width, height] = [Math.max(480, left + count * cell + 14), top + count * cell + 14]
  const size = cell >= 30 ? 12 : cell >= 20 ? 10 : 8
  const shapes: Shape[] = [
    { kind: 'text', x: 8, y: 20, text: 'Confusion matrix', tone: 'ink', size: 14, bold: true },
    { kind: 'text', x: left, y: 44, text: 'predicted class', tone: 'soft' },
    {
      kind: 'text',
      x: 14,
      y: top + (count * cell) / 2,
      text: 'true class',
      tone: 'soft',
      anchor: 'middle',
      upright: true,
    },
  ]
  names.forEach((text, index) => {
    const middle = index * cell + cell / 2
    const tone = 'ink'
    shapes.push({ kind: 'text', x: left - 6, y: top + middle + 4, text, tone, anchor: 'end', size: Math.max(size, 9) })
    if (slanted)
      shapes.push({
        kind: 'text',
        x: left + middle + 4,
        y: top - 6,
        text,
        tone,
        upright: true,
        size: Math.max(size, 9),
      })
    else shapes.push({ kind: 'text', x: left + middle, y: top - 6, text, tone, anchor: 'middle' })
  })
  counts.forEach((row, actual) => {
    const total = row.reduce((sum, n) => sum + n, 0)
    row.forEach((n, predicted) => {
      const [x, y] = [left + predicted * cell, top + actual * cell]
      const share = total === 0 ? 0 : n / total
      const place = { x: x + 0.5, y: y + 0.5, width: cell - 1, height: cell - 1 }
      shapes.push({ kind: 'rect', ...place, tone: 'grid', opacity: 0.35 })
      // at most half of the color, so that the number is readable on it
      if (n > 0) {
        const tone = actual === predicted ? 'series-0' : 'series-1'
        shapes.push({ kind: 'rect', ...place, tone, opacity: 0.08 + 0.42 * share })
      }
      const text = String(n)
      if (n > 0 && text.length * size * 0.6 <= cell)
        shapes.push({
          kind: 'text',
          x: x + cell / 2,
          y: y + cell / 2 + size / 3,
          text,
          tone: 'ink',
          anchor: 'middle',
          size,
        })
    })
  })
  const { right, all } = rightOf(confusion)
  const [worst] = frequentConfusions(confusion, 1)
  const often = worst ? ` Most often ${worst.truth} is taken for ${worst.predicted} (${worst.count} times).` : ''
  return {
    title: 'Confusion matrix',
    description: `${right} of ${all} samples are in the predicted class.${often}`,
    width,
    height,
    shapes,
    table: {
      head: ['true \\ predicted', ...classes],
      rows: counts.map((row, index) => [classes[index]!, ...row.map(String)]),
    },
  }
}
