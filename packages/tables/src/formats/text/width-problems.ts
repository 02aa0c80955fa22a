import { DataError } from '@gradus/core'
import { type CsvRecord, whitespace } from '@gradus/data/internals'
import { isBlank, isDigitLike } from './cell-forms.ts'

/** The number of lines that a message lists. */
const listed = 10

/** Collects lines with a wrong number of cells, and names the likely cause once. */
export class WidthProblems {
  private readonly records: CsvRecord[] = []
  private readonly openQuotes: string[] = []
  private narrow = 0
  count = 0

  constructor(
    private readonly name: string,
    private readonly columns: number,
    private readonly delimiter: string,
    private readonly comment: string | null,
    private readonly lineOffset: number,
  ) {}

  /** Whether enough is known for the message. */
  get isFull(): boolean {
    return this.count > listed
  }

  add(record: CsvRecord): void {
    this.count++
    if (record.cells.length < this.columns) this.narrow++
    if (this.records.length < listed) this.records.push(record)
  }

  /** Adds a record with a quoted cell that takes the rows after it. */
  addOpenQuote({ line, end }: CsvRecord): void {
    this.count++
    if (this.openQuotes.length < listed)
      this.openQuotes.push(
        `line ${line + this.lineOffset}: a quote that begins here ends in line ${end + this.lineOffset}`,
      )
  }

  /** The lines by their numbers of cells: `lines 3, 7: 4 cells; expected 5`. */
  private lines(): string[] {
    const byWidth = new Map<number, number[]>()
    for (const { cells, line } of this.records) {
      const lines = byWidth.get(cells.length) ?? []
      lines.push(line + this.lineOffset)
      byWidth.set(cells.length, lines)
    }
    return [...byWidth].map(([width, lines]) => {
      const place = `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`
      return `${place}: ${width === 1 ? '1 cell' : `${width} cells`}; expected ${this.columns}`
    })
  }

  /** Throws `DataError`. `lastLine` is the last line of the file, if it is known. */
  fail(problem: { readonly line: number; readonly problem: string } | undefined, lastLine: number | undefined): never {
    const lines = [...this.lines(), ...this.openQuotes]
    if (this.count > this.records.length + this.openQuotes.length) lines.push('and more')
    if (problem) lines.push(`line ${problem.line + this.lineOffset}: ${problem.problem}`)
    const list = lines.map((line) => `\n  ${line}`).join('')
    throw new DataError(`${this.name} cannot be read as a table:${list}\n${this.cause(problem, lastLine)}`)
  }

  private cause(problem: { readonly problem: string } | undefined, lastLine: number | undefined): string {
    const { records, columns, delimiter } = this
    if (this.openQuotes.length > 0 || (problem && records.length === 0)) {
      return "Correct the quotes. If quotes are characters like others in this file, set 'quote' to null."
    }
    const [first] = records
    const starts = records.map(({ cells }) => cells[0]!.trim().slice(0, 1))
    for (const mark of ['#', '%', ';', '*', '/']) {
      if (mark !== this.comment && mark !== delimiter && starts.every((start) => start === mark))
        return `The lines seem to be comments: set 'comment' to '${mark}'.`
    }
    if (this.count === 1 && first!.end === lastLine && first!.cells.length < columns)
      return 'It is the last line: the file seems to be cut off. Complete or remove the line.'
    if (this.narrow === 0) {
      const widths = new Set(records.map(({ cells }) => cells.length))
      if (this.isFull && widths.size === 1 && first!.line <= 20) {
        const [width] = widths
        return `The lines seem to have ${width} cells. If the first line is a title, leave it out with 'skip': 1; if it is not the header, set 'header' to false.`
      }
      const numbers = records.every(({ cells }) => cells.every((cell) => isBlank(cell) || isDigitLike(cell.trim())))
      if (numbers && delimiter === ',')
        return "Numbers seem to have commas in them. Put them in quotes, or separate the cells by ';'."
      const shown = delimiter === '\t' ? 'a tab' : delimiter === whitespace ? 'spaces' : `'${delimiter}'`
      return `Texts seem to have ${shown} in them. Put such cells in quotes, or set 'delimiter' if another character separates the cells.`
    }
    if (this.narrow === this.count && first!.line > 1 && this.isFull)
      return `Cells seem to be missing at the end of lines. Give each line ${columns} cells, with nothing in those without a value.`
    if (this.narrow === this.count && first!.line <= 10)
      return `If the lines before the table are a title, leave them out with 'skip': ${records.at(-1)!.end + this.lineOffset}. Otherwise complete them.`
    return "Correct the lines, or set 'delimiter', 'quote' or 'header' if the file is read in a wrong way."
  }
}
