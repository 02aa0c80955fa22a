import type { Cell } from './cell.ts'

/** Some rows of a table, by columns. */
export interface TableChunk {
  readonly rowCount: number
  /** The cells of each column of the source, in its order. */
  readonly columns: readonly ArrayLike<Cell>[]
  /** Where a row is in the source, for messages: `line 12`, `row 3`. */
  place(row: number): string
}

/** A table that can be read several times, a chunk at a time. A format of files makes one. */
export interface TableSource {
  /** The name of the source in messages, such as the name of its file. */
  readonly name: string
  /** The names of the columns, in order. */
  readonly columns: readonly string[]
  /** What was found out about the file, a sentence each: `The cells are separated by ';'.` */
  readonly notes: readonly string[]
  /** How numbers are written, where cells are texts. */
  readonly decimal?: '.' | ','
  /** The number of rows, if it is known before they are read. */
  readonly rowCount?: number
  /** Reads the rows from the first one. Throws `DataError` with the place where the file is damaged. */
  chunks(): AsyncIterable<TableChunk>
}

/** The number of rows in a chunk. */
export const chunkRows = 4096

/**
 * Returns rows in memory as a table. Its columns are the keys of the rows, in the order in which they first occur.
 *
 * @example
 * import { rowsSource } from '@gradus/tables'
 * rowsSource([{ age: 31 }, { age: 54, city: 'Rome' }]).columns // => ['age', 'city']
 */
export function rowsSource(rows: readonly Readonly<Record<string, unknown>>[], name = 'The rows'): TableSource {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return {
    name,
    columns,
    notes: [],
    rowCount: rows.length,
    async *chunks() {
      for (let start = 0; start < rows.length; start += chunkRows) {
        yield rowsChunk(rows.slice(start, start + chunkRows), columns, (row) => `row ${start + row + 1}`)
      }
    },
  }
}

/** Returns rows as a chunk with the columns `names`. */
export function rowsChunk(
  rows: readonly Readonly<Record<string, unknown>>[],
  names: readonly string[],
  place: (row: number) => string,
): TableChunk {
  const columns = names.map((name) => rows.map((row) => (Object.hasOwn(row, name) ? (row[name] as Cell) : undefined)))
  return { rowCount: rows.length, columns, place }
}
