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

/** The most frequent confusions of many classes, as text. */
export function frequentConfusions({ classes, counts }: Confusion, limit = 10): string {
  const wrong = counts.flatMap((row, truth) =>
    row.flatMap((count, predicted) => (truth === predicted || count === 0 ? [] : [{ truth, predicted, count }])),
  )
  const shown = [...wrong].sort((a, b) => b.count - a.count).slice(0, limit)
  if (shown.length === 0) return `  All samples of the ${classes.length} classes are predicted as they are.`
  const lines = shown.map(({ truth, predicted, count }) => `  ${classes[truth]} as ${classes[predicted]}: ${count}`)
  return [`  The most frequent confusions of ${classes.length} classes:`, ...lines].join('\n')
}
