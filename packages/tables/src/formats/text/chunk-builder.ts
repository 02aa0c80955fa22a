import type { Cell } from '../../cell.ts'
import { chunkRows, type TableChunk } from '../../source.ts'

/** The most cells of a chunk. */
const maxCells = 2 ** 21

/** The number of rows in a chunk of a table with so many columns. */
export function rowsPerChunk(columns: number): number {
  return Math.max(1, Math.min(chunkRows, Math.floor(maxCells / Math.max(1, columns))))
}

/** Collects the cells of rows into chunks. */
export class ChunkBuilder<C extends Cell = Cell> {
  private places: number[] = []
  private readonly limit: number
  /** The columns of the rows that are not in a chunk yet. Each row has a cell in each column. */
  columns: C[][]

  /** `placeName` is `line` or `row`. */
  constructor(
    private readonly columnCount: number,
    private readonly placeName: string,
  ) {
    this.limit = rowsPerChunk(columnCount)
    this.columns = this.emptyColumns()
  }

  /** Ends a row. Returns whether the chunk is full. */
  endRow(place: number): boolean {
    this.places.push(place)
    return this.places.length >= this.limit
  }

  get isEmpty(): boolean {
    return this.places.length === 0
  }

  /** Returns the rows as a chunk and begins another. */
  take(): TableChunk {
    const { columns, places, placeName } = this
    this.columns = this.emptyColumns()
    this.places = []
    return { rowCount: places.length, columns, place: (row) => `${placeName} ${places[row]}` }
  }

  private emptyColumns(): C[][] {
    return Array.from({ length: this.columnCount }, () => [])
  }
}
