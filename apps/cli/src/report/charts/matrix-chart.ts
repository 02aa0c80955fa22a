import type { Picture, Shape } from './shapes.ts'

/** The largest number of classes that a matrix shows; more would be too small to read. */
export const maxClasses = 40

interface Matrix {
  readonly classes: readonly string[]
  readonly counts: readonly (readonly number[])[]
}

/** A confusion matrix: a row for each class, a column for each predicted class, shaded by the part of the row. */
export function matrixChart({ classes, counts }: Matrix): Picture {
  const count = classes.length
  const names = classes.map((name) => (name.length > 16 ? `${name.slice(0, 14)}..` : name))
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
  const right = counts.reduce((sum, row, index) => sum + row[index]!, 0)
  const all = counts.flat().reduce((sum, n) => sum + n, 0)
  const confusions = frequentConfusions({ classes, counts }, 1)
  const worst =
    confusions[0] && ` Most often ${confusions[0][0]} is taken for ${confusions[0][1]} (${confusions[0][2]} times).`
  return {
    title: 'Confusion matrix',
    description: `${right} of ${all} samples are in the predicted class.${worst ?? ''}`,
    width,
    height,
    shapes,
    table: {
      head: ['true \\ predicted', ...classes],
      rows: counts.map((row, index) => [classes[index]!, ...row.map(String)]),
    },
  }
}

/** The most frequent confusions: class, predicted class, and the number of samples. */
export function frequentConfusions({ classes, counts }: Matrix, limit: number): [string, string, number][] {
  return counts
    .flatMap((row, actual) =>
      row.flatMap((n, predicted): [string, string, number][] =>
        n > 0 && actual !== predicted ? [[classes[actual]!, classes[predicted]!, n]] : [],
      ),
    )
    .sort((a, b) => b[2] - a[2])
    .slice(0, limit)
}
