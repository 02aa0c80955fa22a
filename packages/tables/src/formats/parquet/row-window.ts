import { FormatError } from '@gradus/core'
import type { Cell } from '../../cell.ts'
import type { TableChunk } from '../../source.ts'
import { rowsPerChunk } from '../text/chunk-builder.ts'

/** The cells of some rows, from pages that may have others too. */
export class RowWindow {
  private readonly columns = new Map<string, { values: ArrayLike<unknown>; offset: number }>()

  constructor(
    private readonly start: number,
    private readonly end: number,
  ) {}

  add(column: string, values: ArrayLike<unknown>, at: number): void {
    const { start, end } = this
    if (at <= start && at + values.length >= end) {
      this.columns.set(column, { values, offset: start - at })
      return
    }
    let known = this.columns.get(column)
    if (!known) {
      known = { values: [], offset: 0 }
      this.columns.set(column, known)
    }
    const cells = known.values as unknown[]
    const to = Math.min(values.length, end - at)
    for (let i = Math.max(0, start - at); i < to; i++) cells[at + i - start] = values[i]
  }

  *chunks(name: string, leaves: readonly (readonly string[])[]): Generator<TableChunk> {
    const count = this.end - this.start
    const sources = leaves.map(([column]) => {
      const found = this.columns.get(column!)
      if (found && found.values.length >= count + found.offset) return found
      const shown = JSON.stringify(column!.slice(0, 100))
      throw new FormatError(`${name} is damaged: its column ${shown} lacks rows from row ${this.start + 1} on.`)
    })
    const step = rowsPerChunk(leaves.length)
    for (let at = 0; at < count; at += step) {
      const length = Math.min(step, count - at)
      const first = this.start + at
      const columns = leaves.map(([, ...path], index) => {
        const { values, offset } = sources[index]!
        const cells = new Array<Cell>(length)
        for (let row = 0; row < length; row++) cells[row] = cellOf(values[offset + at + row], path)
        return cells
      })
      yield { rowCount: length, columns, place: (row) => `row ${first + row + 1}` }
    }
  }
}

function cellOf(value: unknown, path: readonly string[]): Cell {
  let inner = value
  for (const name of path) inner = (inner as Record<string, unknown> | null | undefined)?.[name]
  return plain(inner, 0)
}

/** Integers of 64 bits as numbers where these have all digits, also in lists. */
function plain(value: unknown, depth: number): Cell {
  if (Array.isArray(value) && depth < 8) return value.map((inner) => plain(inner, depth + 1))
  if (typeof value !== 'bigint') return value as Cell
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
