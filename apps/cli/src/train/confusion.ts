import type { HostArray } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

/** How often samples of each class (row) were taken for each class (column). */
export interface Confusion {
  readonly classes: readonly string[]
  readonly counts: readonly (readonly number[])[]
}

/**
 * Compares predictions with the classes of the samples. The predicted class is that of the largest output or, for a single
 * output, whether it is above 0.5. Undefined where the targets are no classes: not whole numbers below the number of outputs.
 */
export async function confusionOf(
  predictions: Tensor,
  { data: labels, shape }: HostArray,
  names: readonly string[] | undefined,
): Promise<Confusion | undefined> {
  const [count = 0, outputs = 1] = predictions.shape
  if (predictions.rank !== 2 || shape.length !== 1) return undefined
  const classes = Math.max(outputs, 2)
  if (!labels.every((label: number) => Number.isInteger(label) && label >= 0 && label < classes)) return undefined
  const values = await predictions.data()
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let row = 0; row < count; row++) {
    const scores = [...values.subarray(row * outputs, (row + 1) * outputs)]
    const predicted = outputs === 1 ? Number(scores[0]! > 0.5) : scores.indexOf(Math.max(...scores))
    counts[labels[row]!]![predicted]!++
  }
  return { classes: Array.from({ length: classes }, (_, index) => names?.[index] ?? String(index)), counts }
}

/** The matrix as a table: rows are what samples are, columns what they were taken for. */
export function formatConfusion({ classes, counts }: Confusion): string {
  const corner = 'actual \\ predicted'
  const first = Math.max(corner.length, ...classes.map(({ length }) => length))
  const widths = classes.map((name, column) =>
    Math.max(name.length, ...counts.map((row) => String(row[column]).length)),
  )
  const line = (head: string, cells: readonly (string | number)[]) =>
    `  ${head.padEnd(first)}${cells.map((cell, column) => `  ${String(cell).padStart(widths[column]!)}`).join('')}`
  return [line(corner, classes), ...counts.map((row, index) => line(classes[index]!, row))].join('\n')
}
