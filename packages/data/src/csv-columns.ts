import { describeValue, type HostArray } from '@gradus/core'

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

/** Converts the values of a column to the result of `readCsv`. */
export function columnValues(values: readonly (number | string)[], column: CsvColumn): HostArray | readonly string[] {
  if (column === 'string') return values as string[]
  const numbers = values as readonly number[]
  const shape = [values.length]
  if (column === 'number') return { data: Float32Array.from(numbers), shape, dtype: 'float32' }
  if (column === 'float64') return { data: Float64Array.from(numbers), shape, dtype: 'float64' }
  if (column === 'boolean') return { data: Uint8Array.from(numbers), shape, dtype: 'bool' }
  return { data: Int32Array.from(numbers), shape, dtype: 'int32' }
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
