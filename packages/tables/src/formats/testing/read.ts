import type { Cell } from '../../cell.ts'
import type { TableFrom } from '../../input.ts'
import { type OpenOptions, openTable } from '../../open-table.ts'

/** A table with all its cells. */
export interface ReadTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  readonly places: readonly string[]
  readonly notes: readonly string[]
  readonly decimal: string | undefined
}

/** Reads all rows of a table, twice, because a source can be read several times. */
export async function readTable(from: TableFrom, options: OpenOptions = {}): Promise<ReadTable> {
  const table = await openTable(from, options)
  const passes = [await rowsOf(table), await rowsOf(table)]
  const [first, second] = passes as [Awaited<ReturnType<typeof rowsOf>>, unknown]
  if (shown(first) !== shown(second)) throw new Error('the second pass has other rows than the first')
  return { columns: table.columns, ...first, notes: table.notes, decimal: table.decimal }
}

async function rowsOf(table: Awaited<ReturnType<typeof openTable>>) {
  const rows: Cell[][] = []
  const places: string[] = []
  for await (const { rowCount, columns, place } of table.chunks()) {
    for (let row = 0; row < rowCount; row++) {
      rows.push(columns.map((cells) => cells[row]))
      places.push(place(row))
    }
  }
  return { rows, places }
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner))
}
