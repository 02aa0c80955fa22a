/** A number with about three significant digits, without an exponent. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined) return '-'
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size >= 100) return value.toFixed(0)
  if (size >= 10) return value.toFixed(1)
  if (size >= 1) return value.toFixed(2)
  if (size >= 0.1) return value.toFixed(3)
  return size === 0 ? '0' : String(Number(value.toPrecision(3)))
}

/** A Markdown table with padded columns, so that it can be read in a terminal, too. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')))
  // the last column is not padded, because reasons are long
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join(' | ')} |`
  return [line(head), line(head.map((title) => '-'.repeat(Math.max(3, title.length)))), ...cells.map(line)].join('\n')
}
