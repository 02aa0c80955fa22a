import type { Cell, RowPrediction } from 'gradus/tables'
import type { RowForm } from './table-input.ts'

/** What a row of the output has. */
export interface OutputRow {
  /** The cells of the columns that are kept. */
  readonly cells: readonly Cell[]
  /** Undefined for a row that was left out, because it has no value in a column that drops such rows. */
  readonly prediction: RowPrediction | undefined
}

/** How predictions are written. */
export interface RowWriterOptions {
  readonly form: RowForm
  /** The names of the columns that are kept. */
  readonly columns: readonly string[]
  /** The targets with the names of their classes. */
  readonly targets: readonly { readonly name: string; readonly classes?: readonly string[] }[]
  readonly probabilities: boolean
  readonly write: (text: string) => void
}

/** Writes predictions as CSV, as a JSON list or as a JSON object per line. */
export class RowWriter {
  private count = 0
  private readonly names: readonly string[]

  constructor(private readonly options: RowWriterOptions) {
    const { columns, targets } = options
    this.names = targets.map(({ name }) => (columns.includes(name) ? `${name} (predicted)` : name))
    if (options.form === 'csv') options.write(`${[...columns, ...this.predictedColumns()].map(quoted).join(',')}\n`)
  }

  add(row: OutputRow): void {
    const { form, write } = this.options
    if (form === 'csv') write(`${[...row.cells, ...this.predictedCells(row)].map(quoted).join(',')}\n`)
    else if (form === 'jsonl') write(`${JSON.stringify(this.objectOf(row))}\n`)
    else write(`${this.count === 0 ? '[\n' : ',\n'}  ${JSON.stringify(this.objectOf(row))}`)
    this.count++
  }

  end(): void {
    if (this.options.form === 'json') this.options.write(this.count === 0 ? '[]\n' : '\n]\n')
  }

  private predictedColumns(): string[] {
    const { targets, probabilities } = this.options
    return targets.flatMap(({ classes }, index) => {
      const name = this.names[index]!
      return [name, ...(probabilities && classes ? classes.map((one) => `${name} = ${one}`) : [])]
    })
  }

  private predictedCells({ prediction }: OutputRow): Cell[] {
    const { targets, probabilities } = this.options
    return targets.flatMap(({ name, classes }) => {
      const found = prediction?.[name]
      return [found?.value, ...(probabilities && classes ? classes.map((one) => found?.probabilities?.[one]) : [])]
    })
  }

  private objectOf({ cells, prediction }: OutputRow): Record<string, unknown> {
    const { columns, targets, probabilities } = this.options
    const kept = Object.fromEntries(columns.map((name, index) => [name, plain(cells[index])]))
    const predicted = targets.flatMap(({ name, classes }, index) => {
      const found = prediction?.[name]
      const own = this.names[index]!
      const key = targets.length === 1 ? 'probabilities' : `${own} (probabilities)`
      return [[own, found?.value ?? null], ...(probabilities && classes ? [[key, found?.probabilities ?? null]] : [])]
    })
    return { ...kept, ...Object.fromEntries(predicted) }
  }
}

function plain(cell: Cell): unknown {
  // it is larger than the whole numbers that a number of JSON holds in JavaScript
  if (typeof cell === 'bigint') return String(cell)
  return cell === undefined || (typeof cell === 'number' && !Number.isFinite(cell)) ? null : cell
}

/** A cell of CSV. */
function quoted(cell: Cell): string {
  if (cell === undefined || cell === null) return ''
  const text =
    cell instanceof Date ? cell.toISOString() : typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
