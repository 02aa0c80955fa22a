import { describeValue, type HostArray } from '@gradus/core'
import type { DType, TypedArray } from '@gradus/tensor'
import { hostArray } from '@gradus/tensor/internals'

/**
 * The type of a column: numbers (float32, or float64 with all digits), whole numbers (int32), `true`/`false`/`1`/`0` (bool),
 * texts, or a list of categories, which become their indices (int32).
 */
export type CsvColumn = 'number' | 'float64' | 'integer' | 'boolean' | 'string' | readonly string[]

/** The values of a column: a list of texts, or an array `[rows]` for all other types. */
export type CsvValues<C> = C extends 'string' ? readonly string[] : HostArray

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** Reads one cell. For a text that does not fit, returns a description of the expected values. */
export function readCell(text: string, column: CsvColumn): number | string | { readonly expected: string } {
  if (column === 'string') return text
  const cell = text.trim()
  if (Array.isArray(column)) {
    const index = (column as readonly string[]).indexOf(cell)
    return index >= 0 ? index : { expected: `one of ${column.map((name) => `'${name}'`).join(', ')}` }
  }
  if (column === 'boolean') {
    if (cell === '1' || /^true$/i.test(cell)) return 1
    if (cell === '0' || /^false$/i.test(cell)) return 0
    return { expected: 'true, false, 1 or 0' }
  }
  const value = decimal.test(cell) ? Number(cell) : Number.NaN
  if (column === 'integer') {
    return Number.isInteger(value) && value === (value | 0) ? value : { expected: 'a whole number of at most 32 bits' }
  }
  const finite = Number.isFinite(column === 'number' ? Math.fround(value) : value)
  return finite ? value : { expected: 'a finite number' }
}

/** The values of a column while it is read. Numbers are packed from the start, because lists of numbers take several times the memory. */
export class ColumnValues {
  private readonly texts: string[] = []
  private numbers: TypedArray
  private length = 0

  constructor(private readonly column: CsvColumn) {
    this.numbers = hostArray(this.dtype, 16)
  }

  /** Appends a value. Returns its size: 1 for a number, and for a text 1 and its characters. */
  push(value: number | string): number {
    if (typeof value === 'string') {
      this.texts.push(value)
      return 1 + value.length
    }
    if (this.length === this.numbers.length) {
      const larger = hostArray(this.dtype, 2 * this.length)
      larger.set(this.numbers)
      this.numbers = larger
    }
    this.numbers[this.length++] = value
    return 1
  }

  /** Returns the column as `readCsv` does. */
  finish(): HostArray | readonly string[] {
    if (this.column === 'string') return this.texts
    return { data: this.numbers.slice(0, this.length) as TypedArray, shape: [this.length], dtype: this.dtype }
  }

  private get dtype(): DType {
    if (this.column === 'number') return 'float32'
    return this.column === 'float64' ? 'float64' : this.column === 'boolean' ? 'bool' : 'int32'
  }
}

/** Describes the error in the type of a column; undefined if there is none. */
export function columnProblem(column: unknown): string | undefined {
  if (['number', 'float64', 'integer', 'boolean', 'string'].includes(column as string)) return undefined
  const listed = Array.isArray(column) && column.length > 0 && column.every((name) => typeof name === 'string')
  if (!listed)
    return `is ${describeValue(column)}; expected 'number', 'float64', 'integer', 'boolean', 'string' or a list of categories`
  const repeated = column.find((name, index) => column.indexOf(name) !== index)
  return repeated === undefined ? undefined : `names the category '${repeated}' twice`
}
