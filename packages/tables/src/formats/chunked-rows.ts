import type { Cell } from '../cell.ts'
import type { TableChunk } from '../source.ts'
import { rowsPerChunk } from './text/chunk-builder.ts'

/** Rows that can be read from any one on, in chunks. `read` sets the cells of a row; others are missing. */
export async function* chunkedRows(
  columnCount: number,
  rowCount: number,
  read: (row: number, set: (column: number, cell: Cell) => void) => void,
): AsyncGenerator<TableChunk> {
  const step = rowsPerChunk(columnCount)
  for (let start = 0; start < rowCount; start += step) {
    const count = Math.min(step, rowCount - start)
    const columns = Array.from({ length: columnCount }, () => new Array<Cell>(count).fill(undefined))
    for (let row = 0; row < count; row++) {
      read(start + row, (column, cell) => {
        columns[column]![row] = cell
      })
    }
    yield { rowCount: count, columns, place: (row) => `row ${start + row + 1}` }
  }
}
