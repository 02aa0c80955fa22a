/** A record of a CSV file. A quoted cell may contain line ends, so a record can span lines; `line` is the first. */
export interface CsvRecord {
  readonly line: number
  readonly cells: readonly string[]
}

/** An error in the quoting of a text. */
export interface CsvQuoteProblem {
  readonly line: number
  readonly problem: string
}

/**
 * Splits text, which it gets in pieces, into records by RFC 4180: quoted cells may contain the delimiter, line ends and doubled
 * quotes; lines end with LF, CRLF or CR. Empty lines are skipped. Stops at the first quoting error, `problem`.
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

  /** Reads the next piece of text. */
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

  /** Ends the text. */
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
