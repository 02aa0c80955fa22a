/** One line of a CSV file as cells. A quoted cell may hold line ends, so a record can span lines; `line` is its first. */
export interface CsvRecord {
  readonly line: number
  readonly cells: readonly string[]
}

/** The text breaks the rules of quoting. */
export interface CsvQuoteProblem {
  readonly line: number
  readonly problem: string
}

/**
 * Splits text that comes in pieces into records, by RFC 4180: cells in quotes may hold the delimiter, line ends and doubled
 * quotes; lines end with LF, CRLF or CR. Empty lines are left out.
 */
export class CsvSplitter {
  private cells: string[] = []
  private cell = ''
  private state: 'start' | 'plain' | 'quoted' | 'quote' = 'start'
  private line = 1
  private firstLine = 1
  private afterReturn = false
  problem: CsvQuoteProblem | undefined

  constructor(
    private readonly delimiter: string,
    private readonly take: (record: CsvRecord) => void,
  ) {}

  push(text: string): void {
    for (let i = 0; i < text.length && !this.problem; i++) {
      const char = text[i]!
      if (this.afterReturn) {
        this.afterReturn = false
        if (char === '\n') {
          if (this.state === 'quoted') this.cell += char
          continue // the second half of CRLF
        }
      }
      if (this.state === 'quoted') this.inQuotes(char)
      else if (char === '\n' || char === '\r') this.endRecord(char)
      else if (char === this.delimiter) this.endCell()
      else if (char === '"' && this.state !== 'plain') {
        if (this.state === 'quote') this.cell += '"' // a doubled quote
        this.state = 'quoted'
      } else if (this.state === 'quote') {
        this.problem = {
          line: this.line,
          problem: `a quoted cell is followed by '${char}'; expected '${this.delimiter}' or the end of the line`,
        }
      } else {
        this.cell += char
        this.state = 'plain'
      }
    }
  }

  /** Says that the text is over. */
  end(): void {
    if (this.problem) return
    if (this.state === 'quoted') {
      this.problem = { line: this.firstLine, problem: 'a quote that begins here is never closed' }
    } else if (this.cells.length > 0 || this.state !== 'start') this.endRecord('')
  }

  private inQuotes(char: string): void {
    if (char === '"') {
      this.state = 'quote'
      return
    }
    this.cell += char
    if (char === '\r') this.afterReturn = true
    if (char === '\r' || char === '\n') this.line++
  }

  private endCell(): void {
    this.cells.push(this.cell)
    this.cell = ''
    this.state = 'start'
  }

  private endRecord(char: string): void {
    const empty = this.cells.length === 0 && this.state === 'start'
    this.endCell()
    const { cells, firstLine } = this
    this.cells = []
    if (char === '\r') this.afterReturn = true
    this.line++
    this.firstLine = this.line
    if (!empty) this.take({ line: firstLine, cells })
  }
}
