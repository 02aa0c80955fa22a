import { DataError, isPlainObject } from '@gradus/core'
import type { Cell } from '../../cell.ts'
import type { TableOptions } from '../format.ts'
import { ColumnNames, flatten, requireShallow } from './flatten.ts'
import { listColumns } from './list-columns.ts'

/** Rows of JSON that can be read from any one on. */
export interface JsonRows {
  readonly names: readonly string[]
  readonly count: number
  readonly notes: readonly string[]
  /** Sets the cells of a row; those that it does not set are missing. */
  read(row: number, set: (column: number, cell: Cell) => void): void
}

/** What a file of JSON may hold, for messages. */
export const expected = 'Give a list of objects, a list of lists, or an object with a list for each column.'

/** The rows of a list of objects, lists or values. Throws `DataError` for a list of different things. */
export function listRows(source: string, list: readonly unknown[], options: TableOptions): JsonRows {
  if (list.length === 0) throw new DataError(`${source} holds an empty list. Give it at least one row.`)
  const first = list.find((row) => row !== null)
  if (Array.isArray(first)) return listOfLists(source, list, options)
  if (isPlainObject(first)) return listOfObjects(source, list)
  const odd = list.findIndex((row) => typeof row === 'object' && row !== null)
  if (odd >= 0) throw new DataError(`${source}, row ${odd + 1}: ${kindOf(list[odd])} among values. ${expected}`)
  return {
    names: ['value'],
    count: list.length,
    notes: ["The file is a list of values, which are the column 'value'."],
    read: (row, set) => set(0, list[row] as Cell),
  }
}

/** A row for each object, with the columns of all. */
export function listOfObjects(source: string, list: readonly unknown[]): JsonRows {
  const columns = new ColumnNames(source)
  list.forEach((row, index) => {
    if (!isPlainObject(row))
      throw new DataError(`${source}, row ${index + 1}: ${kindOf(row)}, and the rows before it are objects.`)
    columns.add(row, `row ${index + 1}`)
  })
  if (columns.size === 0) throw new DataError(`${source} holds objects without values. ${expected}`)
  return {
    names: columns.names,
    count: list.length,
    notes: [],
    read: (row, set) => flatten(list[row] as object, (name, cell) => set(columns.indexOf(name)!, cell)),
  }
}

/** A row for each list. */
export function listOfLists(source: string, list: readonly unknown[], { header }: TableOptions): JsonRows {
  const width = (list.find(Array.isArray) as readonly unknown[]).length
  const problems: string[] = []
  list.forEach((row, index) => {
    if (Array.isArray(row) && row.length === width) {
      for (const cell of row) requireShallow(cell, `${source}, row ${index + 1}`)
      return
    }
    const problem = Array.isArray(row)
      ? `has ${row.length} cells; expected ${width}`
      : `is ${kindOf(row)}; expected a list`
    if (problems.length < 11) problems.push(`\n  row ${index + 1}: ${problem}`)
  })
  if (problems.length > 0) {
    const rest = problems.length > 10 ? '\n  and more' : ''
    throw new DataError(`${source} cannot be read as a table:${problems.slice(0, 10).join('')}${rest}`)
  }
  if (width === 0) throw new DataError(`${source} holds empty lists. ${expected}`)
  const { names, hasHeader, notes } = listColumns(source, list, header)
  const start = hasHeader ? 1 : 0
  return {
    names,
    count: list.length - start,
    notes,
    read(row, set) {
      const cells = list[row + start] as readonly Cell[]
      for (let column = 0; column < width; column++) set(column, cells[column])
    },
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value).slice(0, 60)
}
