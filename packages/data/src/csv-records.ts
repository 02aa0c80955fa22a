/** A record of a CSV file. A quoted cell may contain line ends, so a record can span lines; `line` is the first. */
export interface CsvRecord {
  readonly line: number
  readonly cells: readonly string[]
}

/** An error in the form of a text. */
export interface CsvProblem {
  readonly line: number
  readonly problem: string
}

/** The most characters of a cell, so that a quote that is never closed does not take the rest of the file. */
const maxCell = 2 ** 20
/** The most cells of a line. */
const maxCells = 2 ** 20
/** The most lines of a text. */
const maxLines = 2 ** 27

const [lineFeed, carriageReturn, quote] = [10, 13, 34]

/**
 * Splits text, which it gets in pieces, into records by RFC 4180: quoted cells may contain the delimiter, line ends and doubled
 * quotes; lines end with LF, CRLF or CR. Empty lines are skipped. Stops at the first error, `problem`.
 */
export class CsvSplitter {
  private cells: string[] = []
  private cell = ''
  private state: 'start' | 'plain' | 'quoted' | 'quote' = 'start'
  private line = 1
  private firstLine = 1
  private quoteLine = 1
  private afterReturn = false
  private readonly separator: number
  problem: CsvProblem | undefined

  constructor(
    private readonly delimiter: string,
    private readonly take: (record: CsvRecord) => void,
  ) {
    this.separator = delimiter.charCodeAt(0)
  }

  /** Reads the next piece of text. */
  push(text: string): void {
    for (let i = 0; i < text.length && !this.problem; ) {
      const isSecondHalf = this.afterReturn && text.charCodeAt(i) === lineFeed // of CRLF
      this.afterReturn = false
      if (isSecondHalf) {
        if (this.state === 'quoted') this.append('\n')
        i++
      } else i = this.state === 'quoted' ? this.readQuoted(text, i) : this.readPlain(text, i)
    }
  }

  /** Ends the text. */
  end(): void {
    if (this.problem) return
    if (this.state === 'quoted') this.fail('a quote that begins here is never closed', this.quoteLine)
    else if (this.cells.length > 0 || this.state !== 'start') this.endRecord()
  }

  /** Reads from `start` up to the next quote, within quotes. Returns the end of what it has read. */
  private readQuoted(text: string, start: number): number {
    const found = text.indexOf('"', start)
    const end = found < 0 ? text.length : found
    if (!this.append(text.slice(start, end))) return end
    let before = 0
    for (let i = start; i < end; i++) {
      const code = text.charCodeAt(i)
      if (code === carriageReturn || (code === lineFeed && before !== carriageReturn)) this.line++
      before = code
    }
    this.afterReturn = before === carriageReturn
    if (found < 0) return end
    this.state = 'quote'
    return end + 1
  }

  /** Reads a delimiter, a line end, a quote at the start of a cell or after a quote, or a cell up to its end. */
  private readPlain(text: string, start: number): number {
    const code = text.charCodeAt(start)
    if (code === lineFeed || code === carriageReturn) {
      this.afterReturn = code === carriageReturn
      this.endRecord()
    } else if (code === this.separator) this.endCell()
    else if (code === quote && this.state !== 'plain') {
      if (this.state === 'quote')
        this.append('"') // a doubled quote
      else this.quoteLine = this.line
      this.state = 'quoted'
    } else if (this.state === 'quote') {
      this.fail(`a quoted cell is followed by '${text[start]}'; expected '${this.delimiter}' or the end of the line`)
    } else {
      let end = start + 1
      for (; end < text.length; end++) {
        const next = text.charCodeAt(end)
        if (next === this.separator || next === lineFeed || next === carriageReturn) break
      }
      this.state = 'plain'
      this.append(text.slice(start, end))
      return end
    }
    return start + 1
  }

  /** Appends to the cell. Returns whether there is space for it. */
  private append(text: string): boolean {
    if (this.cell.length + text.length > maxCell) {
      if (this.state === 'quoted') {
        this.fail(`a quote that begins here is never closed, or not within ${maxCell} characters`, this.quoteLine)
      } else this.fail(`a cell has more than ${maxCell} characters, so this may be no CSV file`)
      return false
    }
    this.cell += text
    return true
  }

  private endCell(): void {
    this.cells.push(this.cell)
    this.cell = ''
    this.state = 'start'
    if (this.cells.length > maxCells) this.fail(`has more than ${maxCells} cells`)
  }

  private endRecord(): void {
    const { cells, firstLine } = this
    const isEmpty = cells.length === 0 && this.state === 'start'
    if (!isEmpty) {
      this.endCell()
      this.cells = []
    }
    if (this.line > maxLines) this.fail(`the text has more than ${maxLines} lines`)
    this.line++
    this.firstLine = this.line
    if (!isEmpty) this.take({ line: firstLine, cells })
  }

  private fail(problem: string, line = this.line): void {
    this.problem = { line, problem }
  }
}
