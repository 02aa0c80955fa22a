import type { Cell } from './cell.ts'
import { ColumnStore } from './column-store.ts'
import type { TableChunk, TableSource } from './source.ts'

/** A table in memory. */
export interface Table extends TableSource {
  readonly rowCount: number
  /** The cell of a column in a row, from 0. */
  cell(column: number, row: number): Cell
  /** Where a row is in the source, for messages. */
  place(row: number): string
}

/**
 * Reads a table into memory, about 8 bytes for each number, so that its rows can be read in any order.
 *
 * @example
 * import { readTable, rowsSource } from '@gradus/tables'
 * const table = await readTable(rowsSource([{ age: 31 }, { age: 54 }]))
 * table.rowCount // => 2
 * table.cell(0, 1) // => 54
 */
export async function readTable(source: TableSource): Promise<Table> {
  const stores = source.columns.map(() => new ColumnStore())
  const parts: { readonly start: number; readonly rowCount: number; place(row: number): string }[] = []
  let rowCount = 0
  for await (const { rowCount: count, columns, place } of source.chunks()) {
    stores.forEach((store, index) => {
      const cells = columns[index]!
      for (let row = 0; row < count; row++) store.push(cells[row])
    })
    parts.push({ start: rowCount, rowCount: count, place })
    rowCount += count
  }
  const partOf = (row: number) => {
    let [low, high] = [0, parts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (parts[middle]!.start <= row) low = middle
      else high = middle - 1
    }
    return parts[low]!
  }
  const { name, columns, notes, decimal } = source
  return {
    name,
    columns,
    notes,
    ...(decimal && { decimal }),
    rowCount,
    cell: (column, row) => stores[column]!.at(row),
    place: (row) => partOf(row).place(row - partOf(row).start),
    async *chunks(): AsyncGenerator<TableChunk> {
      for (const { start, rowCount: count, place } of parts) {
        yield { rowCount: count, columns: stores.map((store) => store.slice(start, start + count)), place }
      }
    },
  }
}
