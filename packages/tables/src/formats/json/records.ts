import { ConfigError, DataError, describeName, describeValue, isPlainObject, suggest } from '@gradus/core'
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

/** Finds the rows in a value of JSON. Throws `DataError` where there are none, `ConfigError` where there are several lists. */
export function rowsOf(source: string, value: unknown, options: TableOptions): JsonRows {
  const { within } = options
  if (within !== undefined)
    return rowsOf(source, valueWithin(source, value, within), { ...options, within: undefined as never })
  if (Array.isArray(value)) return listRows(source, value, options)
  if (!isPlainObject(value)) throw new DataError(`${source} holds ${describeValue(value)}, and no rows. ${expected}`)
  return splitRows(source, value, options) ?? columnRows(source, value) ?? foundRows(source, value, options)
}

const expected = 'Give a list of objects, a list of lists, or an object with a list for each column.'

function valueWithin(source: string, value: unknown, path: string): unknown {
  let inner = value
  if (isPlainObject(value) && Object.hasOwn(value, path)) return value[path]
  for (const key of path.split('.')) {
    if (!isPlainObject(inner) || !Object.hasOwn(inner, key)) {
      const known = isPlainObject(inner)
        ? Object.keys(inner)
            .slice(0, 20)
            .map((name) => name.slice(0, 100))
        : []
      throw new ConfigError(
        `${source} has nothing under ${describeName(key)} of within: ${describeName(path)}.${suggest(key, known)}`,
      )
    }
    inner = inner[key]
  }
  return inner
}

function listRows(source: string, list: readonly unknown[], options: TableOptions): JsonRows {
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

function listOfObjects(source: string, list: readonly unknown[]): JsonRows {
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

function listOfLists(source: string, list: readonly unknown[], { header }: TableOptions): JsonRows {
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

/** `{ columns: [...], data: [[...]] }`, one of the forms of pandas. */
function splitRows(
  source: string,
  value: Readonly<Record<string, unknown>>,
  options: TableOptions,
): JsonRows | undefined {
  const { columns, data } = value
  if (!Array.isArray(columns) || !Array.isArray(data) || !Array.isArray(data[0])) return undefined
  if (!columns.every((name) => typeof name === 'string' || typeof name === 'number')) return undefined
  return listOfLists(source, data, { ...options, header: options.header ?? columns.map(String) })
}

/** An object with a list, or an object by the names of rows, for each column. */
function columnRows(source: string, value: Readonly<Record<string, unknown>>): JsonRows | undefined {
  const entries = Object.entries(value)
  if (entries.length === 0) return undefined
  const isLists = entries.every(([, cells]) => Array.isArray(cells))
  // lists of rows by name are several tables, not one
  if (isLists && entries.some(([, cells]) => isPlainObject((cells as unknown[])[0]))) return undefined
  const isObjects =
    !isLists &&
    entries.every(([, cells]) => isPlainObject(cells)) &&
    sameKeys(entries.map(([, cells]) => cells as object))
  if (!isLists && !isObjects) return undefined
  const lists = entries.map(([, cells]) => (isLists ? cells : Object.values(cells as object)) as readonly Cell[])
  const count = lists[0]!.length
  const other = lists.findIndex(({ length }) => length !== count)
  if (other >= 0) {
    throw new DataError(
      `${source}: the column ${describeName(entries[0]![0])} has ${count} values and ${describeName(entries[other]![0])} has ${lists[other]!.length}. Give each column a value for each row.`,
    )
  }
  for (const cells of lists) for (const cell of cells) requireShallow(cell, source)
  if (count === 0) throw new DataError(`${source} has columns without values. Give it at least one row.`)
  return {
    names: entries.map(([name]) => name),
    count,
    notes: [],
    read: (row, set) => lists.forEach((cells, column) => set(column, cells[row])),
  }
}

function sameKeys(objects: readonly object[]): boolean {
  const keys = Object.keys(objects[0]!)
  if (keys.length === 0 || !keys.every((key) => /^\d+$/.test(key))) return false
  return objects.every((one) => {
    const others = Object.keys(one)
    return others.length === keys.length && others.every((key, i) => key === keys[i])
  })
}

/** The keys under which rows usually lie. */
const usualKeys = ['data', 'rows', 'records', 'items', 'results', 'features']

/** The one list of rows within an object; without any, the object is a row. */
function foundRows(source: string, value: Readonly<Record<string, unknown>>, options: TableOptions): JsonRows {
  const all = listsIn(value)
  const usual = all.filter(([path]) => usualKeys.includes(path))
  const lists = usual.length === 1 ? usual : all
  if (lists.length > 1) {
    const paths = lists.map(([path]) => path)
    throw new ConfigError(
      `${source} holds ${lists.length} lists of rows. Say which with within: ${describeName(paths[0]!)} (known: ${paths
        .slice(0, 10)
        .map((path) => path.slice(0, 100))
        .join(', ')}).`,
    )
  }
  const [found] = lists
  if (!found) return listOfObjects(source, [value])
  const rows = listRows(source, found[1], options)
  return { ...rows, notes: [`The rows are those of ${describeName(found[0])} in the file.`, ...rows.notes] }
}

/** The lists of objects or lists in an object and in the objects in it, with their paths. */
function listsIn(value: object, prefix = '', depth = 0): [path: string, rows: readonly unknown[]][] {
  return Object.entries(value).flatMap(([key, inner]): [string, readonly unknown[]][] => {
    const path = prefix + key
    if (Array.isArray(inner)) {
      const isRows = inner.length > 0 && inner.every((row) => Array.isArray(row) || isPlainObject(row))
      return isRows ? [[path, inner]] : []
    }
    return isPlainObject(inner) && depth < 3 ? listsIn(inner, `${path}.`, depth + 1) : []
  })
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value).slice(0, 60)
}
