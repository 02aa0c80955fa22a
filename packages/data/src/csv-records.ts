/** A record of a CSV file. A quoted cell may contain line ends, so a record can span lines, from `line` to `end`. */
export interface CsvRecord {
  readonly line: number
  readonly end: number
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

const [tab, lineFeed, carriageReturn, space] = [9, 10, 13, 32]

/** The delimiter that stands for runs of spaces and tabs. */
export const whitespace = 'whitespace'

/** Characters with a meaning in a CSV file. */
export interface CsvSyntax {
  /** The character around cells that contain delimiters or line ends (default `"`); null for none. */
  readonly quote?: string | null
  /** The character with which lines begin that are skipped (default none). */
  readonly comment?: string | null
  /** Whether spaces at the start of cells are left out, so that a quote may follow them (default false). */
  readonly skipSpace?: boolean
}

/**
 * Splits text, which it gets in pieces, into records by RFC 4180: quoted cells may contain the delimiter, line ends and doubled
 * quotes; lines end with LF, CRLF or CR. Empty lines are skipped. With the delimiter `whitespace` cells are separated by runs of
 * spaces and tabs, also at the start and the end of a line. Stops at the first error, `problem`.
 */
export class CsvSplitter {
  private cells: string[] = []
  private cell = ''
  private state: 'start' | 'plain' | 'quoted' | 'quote' | 'comment' = 'start'
  private line = 1
  private firstLine = 1
  private quoteLine = 1
  private afterReturn = false
  private readonly separator: number
  private readonly secondSeparator: number
  private readonly runs: boolean
  private readonly quote: string
  private readonly quoteCode: number
  private readonly commentCode: number
  private readonly skipSpace: boolean
  problem: CsvProblem | undefined

  constructor(
    private readonly delimiter: string,
    private readonly take: (record: CsvRecord) => void,
    { quote = '"', comment = null, skipSpace = false }: CsvSyntax = {},
  ) {
    this.skipSpace = skipSpace
    this.runs = delimiter === whitespace
    this.separator = this.runs ? space : delimiter.charCodeAt(0)
    this.secondSeparator = this.runs ? tab : this.separator
    this.quote = quote ?? ''
    this.quoteCode = quote?.charCodeAt(0) ?? -1
    this.commentCode = comment?.charCodeAt(0) ?? -1
  }

  /** Whether the text that was read ends within a quoted cell. */
  get isWithinQuotes(): boolean {
    return this.state === 'quoted'
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
    else if (this.cells.length > 0 || (this.state !== 'start' && this.state !== 'comment')) this.endRecord()
  }

  /** Reads from `start` up to the next quote, within quotes. Returns the end of what it has read. */
  private readQuoted(text: string, start: number): number {
    const found = text.indexOf(this.quote, start)
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

  /** Reads a delimiter, a line end, a comment, a quote at the start of a cell or after a quote, or a cell up to its end. */
  private readPlain(text: string, start: number): number {
    const code = text.charCodeAt(start)
    const { separator, secondSeparator } = this
    if (code === lineFeed || code === carriageReturn) {
      this.afterReturn = code === carriageReturn
      this.endRecord()
    } else if (this.state === 'comment') return lineEnd(text, start)
    else if (code === separator || code === secondSeparator) {
      if (!this.runs || this.state !== 'start') this.endCell()
    } else if (code === this.quoteCode && this.state !== 'plain') {
      if (this.state === 'quote')
        this.append(this.quote) // a doubled quote
      else this.quoteLine = this.line
      this.state = 'quoted'
    } else if (this.state === 'quote') {
      const expected = this.runs ? 'a space' : `'${this.delimiter}'`
      this.fail(`a quoted cell is followed by '${text[start]}'; expected ${expected} or the end of the line`)
    } else if (code === space && this.skipSpace && this.state === 'start') {
      // not a part of the cell
    } else if (code === this.commentCode && this.state === 'start' && this.cells.length === 0) this.state = 'comment'
    else {
      let end = start + 1
      for (; end < text.length; end++) {
        const next = text.charCodeAt(end)
        if (next === separator || next === secondSeparator || next === lineFeed || next === carriageReturn) break
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
    const isEmpty = cells.length === 0 && (this.state === 'start' || this.state === 'comment')
    if (isEmpty) this.state = 'start'
    else {
      if (!this.runs || this.state !== 'start') this.endCell()
      this.cells = []
    }
    if (this.line > maxLines) this.fail(`the text has more than ${maxLines} lines`)
    const end = this.line++
    this.firstLine = this.line
    if (!isEmpty) this.take({ line: firstLine, end, cells })
  }

  private fail(problem: string, line = this.line): void {
    this.problem = { line, problem }
  }
}

function lineEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === lineFeed || code === carriageReturn) return at
  }
  return text.length
}
