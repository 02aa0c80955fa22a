import { DataError, describeValue, suggest } from '@gradus/core'
import { ColumnValues, type CsvColumn, readCell } from './csv-columns.ts'
import type { CsvRecord } from './csv-records.ts'
import { CsvTable } from './csv-table.ts'

/** The largest number of problems that a message lists; the others are counted. */
const maxListed = 10
/** The number of problems after which nothing more is read. */
const maxCounted = 100_000

/** Collects the columns and the problems of records. */
export class RecordReader<C extends Readonly<Record<string, CsvColumn>>> {
  private readonly problems: string[] = []
  private problemCount = 0
  private width: number | undefined
  private rowCount = 0
  /** The numbers, and the characters of texts, in all columns. */
  private size = 0
  private readonly fields: {
    readonly name: string
    readonly column: CsvColumn
    index: number
    readonly values: ColumnValues
  }[]

  constructor(
    columns: C,
    private readonly header: boolean,
    private readonly delimiter: string,
    readonly file: string,
    private readonly limits: { readonly rows: number; readonly size: number },
  ) {
    this.fields = Object.entries(columns).map(([name, column], index) => ({
      name,
      column,
      index,
      values: new ColumnValues(column),
    }))
    if (!header) this.width = this.fields.length
  }

  /** Whether nothing more is read: all rows that are wanted are there, or too many are wrong. */
  get done(): boolean {
    return this.rowCount >= this.limits.rows || this.problemCount >= maxCounted
  }

  read({ line, cells }: CsvRecord): void {
    if (this.done) return
    if (this.width === undefined) {
      this.readHeader(cells)
      return
    }
    this.rowCount++
    if (this.size > this.limits.size) {
      throw new DataError(
        `${this.file}, line ${line}: the columns hold more than ${this.limits.size} numbers and characters. Read fewer columns, or fewer lines with rows: ${this.rowCount - 1}.`,
      )
    }
    if (cells.length !== this.width) {
      const wanted = this.header ? `as many as the header` : `as many as 'columns'`
      this.report(line, `has ${cells.length} cells; expected ${this.width}, ${wanted}`)
      return
    }
    for (const { name, column, index, values } of this.fields) {
      const value = readCell(cells[index]!, column)
      if (typeof value !== 'object') this.size += values.push(value)
      else {
        const shown = cells[index]!.trim() === '' ? 'is empty' : `is ${describeValue(cells[index])}`
        this.report(line, `column '${name}' ${shown}; expected ${value.expected}`)
      }
    }
  }

  report(line: number, problem: string): void {
    this.problemCount++
    if (this.problems.length < maxListed) this.problems.push(`line ${line}: ${problem}`)
  }

  finish(): CsvTable<C> {
    if (this.problemCount > 0) {
      const more = this.problemCount - this.problems.length
      const all = this.problemCount < maxCounted ? '' : 'at least '
      const list = this.problems.map((problem) => `\n  ${problem}`).join('')
      throw new DataError(
        `${this.file} cannot be used:${list}${more > 0 ? `\n  and ${all}${more} more` : ''}\nCorrect the lines, or the types in 'columns'.`,
      )
    }
    if (this.rowCount === 0) {
      const problem =
        this.width === undefined ? 'is empty' : this.header ? 'has a header and no lines after it' : 'has no lines'
      throw new DataError(
        `${this.file} ${problem}. Give it ${this.header ? 'a header with the names of the columns and ' : ''}at least one line of values.`,
      )
    }
    const columns = Object.fromEntries(this.fields.map(({ name, values }) => [name, values.finish()]))
    return new CsvTable(this.rowCount, columns as CsvTable<C>['columns'])
  }

  private readHeader(cells: readonly string[]): void {
    const names = cells.map((cell) => cell.trim())
    this.width = names.length
    for (const field of this.fields) {
      field.index = names.indexOf(field.name)
      if (field.index < 0) throw this.missing(field.name, names)
      if (names.indexOf(field.name, field.index + 1) >= 0) {
        throw new DataError(
          `${this.file}, line 1: the column '${field.name}' occurs twice. Give each column another name.`,
        )
      }
    }
  }

  private missing(name: string, names: readonly string[]): DataError {
    const other = [';', '\t', ',', '|'].find(
      (mark) => mark !== this.delimiter && names.length === 1 && names[0]!.includes(mark),
    )
    const hint = other
      ? ` If cells are separated by ${JSON.stringify(other)}, set delimiter: ${JSON.stringify(other)}.`
      : ''
    return new DataError(`${this.file}, line 1: there is no column '${name}'.${suggest(name, names)}${hint}`)
  }
}
