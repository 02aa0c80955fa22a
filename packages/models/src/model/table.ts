/** A column of a table. `until` is the position of its end, as a fraction of the line. */
export interface TableColumn {
  readonly header: string
  readonly align: 'left' | 'right' | 'center'
  readonly until: number
}

/** Returns a table with lines between its rows, in the layout that the `rich` library gives Keras's tables. */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  lineLength: number,
): string {
  const widths = columnWidths(columns, lineLength)
  const rule = (left: string, fill: string, cross: string, right: string) =>
    left + widths.map((width) => fill.repeat(width)).join(cross) + right
  const line = (cells: readonly string[], bar: string) => {
    const wrapped = cells.map((cell, index) => wrap(cell, widths[index]! - 2))
    const height = Math.max(...wrapped.map((lines) => lines.length))
    return Array.from({ length: height }, (_, row) => {
      const parts = wrapped.map(
        (lines, index) => ` ${align(lines[row] ?? '', widths[index]! - 2, columns[index]!.align)} `,
      )
      return bar + parts.join(bar) + bar
    }).join('\n')
  }
  const body = rows.map((row) => line(row, '│')).join(`\n${rule('├', '─', '┼', '┤')}\n`)
  return [
    rule('┏', '━', '┳', '┓'),
    line(
      columns.map(({ header }) => header),
      '┃',
    ),
    rule('┡', '━', '╇', '┩'),
    ...(rows.length ? [body] : []),
    rule('└', '─', '┴', '┘'),
  ].join('\n')
}

/** The width of each column: its fraction of the line plus padding, less an equal share of the excess. */
function columnWidths(columns: readonly TableColumn[], lineLength: number): number[] {
  let position = 0
  const wanted = columns.map(({ until }) => {
    const end = Math.floor(until * lineLength + 1e-9)
    const width = end - position + 2
    position = end
    return width
  })
  let excess = wanted.reduce((total, width) => total + width, 0) - (lineLength - columns.length - 1)
  return wanted.map((width, index) => {
    const share = roundHalfEven(excess / (columns.length - index))
    excess -= share
    return width - share
  })
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  if (x - floor !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of text.split(/(?<=\S)\s+/)) {
    if (current && current.length + 1 + word.length > width) {
      lines.push(current)
      current = word
    } else current = current ? `${current} ${word}` : word
  }
  lines.push(current)
  return lines.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line))
}

function align(text: string, width: number, side: TableColumn['align']): string {
  if (side === 'left') return text.padEnd(width)
  if (side === 'right') return text.padStart(width)
  const left = Math.floor((width - text.length) / 2)
  return ' '.repeat(left) + text + ' '.repeat(width - text.length - left)
}
