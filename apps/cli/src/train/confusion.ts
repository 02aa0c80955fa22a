import type { HostArray } from '@gradus/core'
import type { Tensor } from '@gradus/tensor'

/** A confusion matrix: the number of samples by class (row) and predicted class (column). */
export interface Confusion {
  readonly classes: readonly string[]
  readonly counts: readonly (readonly number[])[]
}

/**
 * Counts predictions by class. `predictions` is `[samples, outputs]`, the labels are `[samples]`. The predicted class is the
 * index of the largest output; a single output predicts class 1 above 0.5 and class 0 otherwise. Returns undefined if the
 * labels are not classes, which are whole numbers below the number of outputs.
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

/** The matrix as a table of text, with a row for each class and a column for each predicted class. */
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
