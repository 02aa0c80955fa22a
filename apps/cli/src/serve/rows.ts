import { DataError } from '@gradus/core'
import { type RowPrediction, TableCoder, type TableSpec } from 'gradus/tables'
import type { Port } from '../model/ports.ts'
import type { Outputs } from './predictor.ts'
import { bad, type Inputs, quoted, requireRows } from './read-inputs.ts'

/** A column of the rows that a model takes. */
export interface Column {
  readonly name: string
  readonly kind: string
  /** The names that a column of categories may have. */
  readonly categories?: readonly string[]
  /** A value that is usual in the table, where the model knows one. */
  readonly usual?: number | string
}

/** Turns rows of objects into inputs of a model, and its outputs into predictions, with the columns that are saved with it. */
export class RowCoder {
  readonly columns: readonly Column[]
  private readonly coder: TableCoder

  constructor(
    table: TableSpec,
    private readonly ports: readonly Port[],
  ) {
    this.coder = new TableCoder(table)
    this.columns = table.inputs.map(({ name, options, state }) => {
      const { categories } = state as { readonly categories?: readonly string[] }
      const usual = usualValue(options.kind, state)
      return { name, kind: options.kind, ...(categories && { categories }), ...(usual !== undefined && { usual }) }
    })
  }

  /** Throws `HttpError` for rows that do not fit the columns. */
  async encode(rows: unknown, maxRows: number): Promise<{ inputs: Inputs; used: readonly number[]; count: number }> {
    const image = this.columns.find(({ kind }) => kind === 'image')
    // the path of an image would be that of a file of this machine
    if (image)
      throw bad('bad-body', `The column ${quoted(image.name)} is the path of an image, and this server reads no files.`)
    requireRows(rows, 'rows', maxRows)
    const wrong = rows.findIndex((row) => row === null || typeof row !== 'object' || Array.isArray(row))
    if (wrong >= 0) throw bad('bad-shape', `rows[${wrong}] must be an object with a value for each column.`)
    const { x, rows: used } = await this.coder.encodeRows(rows as Record<string, unknown>[]).catch((error: unknown) => {
      throw error instanceof DataError ? bad('bad-value', error.message) : error
    })
    const arrays = this.ports.length === 1 ? Object.values(x) : this.ports.map(({ name }) => x[name]!)
    return { inputs: { rows: used.length, arrays }, used, count: rows.length }
  }

  /** The prediction for each of `count` rows; null for those that are not used, because a value is missing. */
  decode(outputs: Outputs, used: readonly number[], count: number): (RowPrediction | null)[] {
    const predictions: (RowPrediction | null)[] = new Array(count).fill(null)
    this.coder.decode(outputs).forEach((prediction, index) => {
      predictions[used[index]!] = prediction
    })
    return predictions
  }
}

/** The value of a number or a date in place of a missing one: by default the median. */
function usualValue(kind: string, { fill }: Readonly<Record<string, unknown>>): number | string | undefined {
  if (typeof fill !== 'number' || !Number.isFinite(fill)) return undefined
  if (kind === 'number') return Number.isInteger(fill) ? fill : Number(fill.toPrecision(4))
  return kind === 'date' ? new Date(fill).toISOString().slice(0, 10) : undefined
}

/** A row as an example. */
export function exampleRow(columns: readonly Column[]): object {
  const examples: Readonly<Record<string, unknown>> = {
    number: 0,
    boolean: true,
    date: '2024-01-31',
    text: 'text',
    array: [],
  }
  return Object.fromEntries(
    columns.map(({ name, kind, categories, usual }) => [name, usual ?? categories?.[0] ?? examples[kind] ?? null]),
  )
}
