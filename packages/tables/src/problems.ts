import { DataError, describeValue } from '@gradus/core'

/** The largest number of columns that a message lists, and of cells for each. */
const listed = 10
const shown = 3

interface Kind {
  readonly title: string
  readonly expected: string
  count: number
  readonly cells: string[]
}

/** Collects cells that do not fit. Like cells are counted together, so that the message has a line for each column. */
export class Problems {
  private readonly kinds = new Map<string, Kind>()
  private readonly hints = new Set<string>()
  count = 0

  add(column: string, cell: unknown, expected: string, place: string): void {
    this.count++
    let kind = this.kinds.get(column)
    if (!kind) {
      kind = { title: `column '${column}'`, expected, count: 0, cells: [] }
      this.kinds.set(column, kind)
    }
    kind.count++
    if (kind.cells.length < shown) kind.cells.push(`${describeCell(cell)} in ${place}`)
  }

  /** Adds a likely cause, which the message names once. */
  hint(text: string): void {
    this.hints.add(text)
  }

  /** Throws `DataError` if there are problems. */
  throwAny(source: string): void {
    if (this.count === 0) return
    const lines = [...this.kinds.values()].slice(0, listed).map(({ title, expected, count, cells }) => {
      const more = count > cells.length ? ` and ${count - cells.length} more` : ''
      return `\n  ${title}: expected ${expected}, found ${cells.join(', ')}${more}`
    })
    const more = this.kinds.size > listed ? `\n  and ${this.kinds.size - listed} more columns` : ''
    const hints = [...this.hints].map((text) => `\n${text}`).join('')
    throw new DataError(`${source} cannot be used:${lines.join('')}${more}${hints}`)
  }
}

function describeCell(cell: unknown): string {
  if (cell === undefined || cell === null || (typeof cell === 'string' && cell.trim() === '')) return 'nothing'
  return describeValue(cell)
}
