/** A confusion matrix: the number of samples by class (row) and predicted class (column). */
export interface Confusion {
  readonly classes: readonly string[]
  readonly counts: readonly (readonly number[])[]
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

/** Samples of a class that are predicted as another. */
export interface FrequentConfusion {
  readonly truth: string
  readonly predicted: string
  readonly count: number
}

/** The most frequent confusions, the first one first. */
export function frequentConfusions({ classes, counts }: Confusion, limit: number): FrequentConfusion[] {
  const wrong = counts.flatMap((row, truth) =>
    row.flatMap((count, predicted) => (truth === predicted || count === 0 ? [] : [{ truth, predicted, count }])),
  )
  return wrong
    .sort((a, b) => b.count - a.count)
    .slice(0, limit)
    .map(({ truth, predicted, count }) => ({ truth: classes[truth]!, predicted: classes[predicted]!, count }))
}

/** The most frequent confusions of many classes, as text. */
export function formatConfusions(confusion: Confusion, limit = 10): string {
  const { length } = confusion.classes
  const shown = frequentConfusions(confusion, limit)
  if (shown.length === 0) return `  All samples of the ${length} classes are predicted as they are.`
  const lines = shown.map(({ truth, predicted, count }) => `  ${truth} as ${predicted}: ${count}`)
  return [`  The most frequent confusions of ${length} classes:`, ...lines].join('\n')
}

/** The number of samples that are predicted as they are, and of all. */
export function rightOf({ counts }: Confusion): { readonly right: number; readonly all: number } {
  const right = counts.reduce((sum, row, index) => sum + row[index]!, 0)
  return { right, all: counts.flat().reduce((sum, count) => sum + count, 0) }
}
