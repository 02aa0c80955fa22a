import { DataError } from '@gradus/core'
import { type CsvRecord, whitespace } from '@gradus/data/internals'
import { isBlank, isDigitLike } from './cell-forms.ts'

/** The number of lines that a message lists. */
const listed = 10

/** Collects lines with a wrong number of cells, and names the likely cause once. */
export class WidthProblems {
  private readonly lines: string[] = []
  private readonly records: CsvRecord[] = []
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
    if (this.records.length >= listed) return
    this.records.push(record)
    this.lines.push(`line ${record.line + this.lineOffset}: ${this.describe(record.cells)}`)
  }

  private describe(cells: readonly string[]): string {
    const { columns } = this
    return `${cells.length === 1 ? 'has 1 cell' : `has ${cells.length} cells`}; expected ${columns}`
  }

  /** Throws `DataError`. `lastLine` is the last line of the file, if it is known. */
  fail(problem: { readonly line: number; readonly problem: string } | undefined, lastLine: number | undefined): never {
    const lines = [...this.lines]
    const more = this.count - lines.length
    if (problem) lines.push(`line ${problem.line + this.lineOffset}: ${problem.problem}`)
    const list = lines.map((line) => `\n  ${line}`).join('')
    const rest = more > 0 ? `\n  and more` : ''
    throw new DataError(`${this.name} cannot be read as a table:${list}${rest}\n${this.cause(problem, lastLine)}`)
  }

  private cause(problem: { readonly problem: string } | undefined, lastLine: number | undefined): string {
    const { records, columns, delimiter } = this
    if (problem && records.length === 0) {
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
      const numbers = records.every(({ cells }) => cells.every((cell) => isBlank(cell) || isDigitLike(cell.trim())))
      if (numbers && delimiter === ',')
        return "Numbers seem to have commas in them. Put them in quotes, or separate the cells by ';'."
      const shown = delimiter === '\t' ? 'a tab' : delimiter === whitespace ? 'spaces' : `'${delimiter}'`
      return `Texts seem to have ${shown} in them. Put such cells in quotes, or set 'delimiter' if another character separates the cells.`
    }
    if (records[0]!.line <= 3 && this.narrow === this.count)
      return "If the first lines are a title, leave them out with 'skip'. Otherwise complete the lines."
    return "Correct the lines, or set 'delimiter', 'quote' or 'header' if the file is read in a wrong way."
  }
}
