import type { TableChunk, TableSource } from './source.ts'

/** The first rows of a table. */
export function firstRows(source: TableSource, rows: number): TableSource {
  return {
    name: source.name,
    columns: source.columns,
    get notes() {
      return source.notes
    },
    ...(source.decimal === undefined ? {} : { decimal: source.decimal }),
    ...(source.rowCount === undefined ? {} : { rowCount: Math.min(rows, source.rowCount) }),
    async *chunks(): AsyncGenerator<TableChunk> {
      let left = rows
      for await (const chunk of source.chunks()) {
        if (chunk.rowCount >= left) {
          const columns = chunk.columns.map((cells) => Array.prototype.slice.call(cells, 0, left))
          yield { rowCount: left, columns, place: chunk.place }
          return
        }
        yield chunk
        left -= chunk.rowCount
      }
    },
  }
}
