/** A cell that is a number: `-1,024`, `1.5e-7`, `0.98* (4)`, `12.5 %`, `> 10000`, or one that is missing. */
const figure = /^(> )?[-+]?[\d.,]+(e[-+]?\d+)?\*?( \(\d+\))?( %)?$|^-?$|^(NaN|-?Infinity)$/

/** Text in columns below a header: columns of numbers to the right, all others to the left. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[], indent = ''): string {
  const right = head.map((_, column) => rows.every((row) => figure.test(row[column]!)))
  return lines([head, ...rows], indent, right)
}

/** Text in columns, all to the left, without a header. */
export function textColumns(rows: readonly (readonly string[])[], indent = ''): string {
  return lines(rows, indent, [])
}

function lines(given: readonly (readonly string[])[], indent: string, right: readonly boolean[]): string {
  const rows = given.map((row) => row.map(oneLine))
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, column) =>
      right[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
    )
    return `${indent}${padded.join('  ').trimEnd()}\n`
  }
  return rows.map(line).join('')
}

/** A text with its line ends and other control characters as escapes, so that it takes one line. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1))
}
