import { ConfigError, DataError, describeName, describeValue, isPlainObject, suggest } from '@gradus/core'
import type { Cell } from '../../cell.ts'
import type { TableOptions } from '../format.ts'
import { requireShallow } from './flatten.ts'
import { expected, type JsonRows, listOfLists, listOfObjects, listRows } from './row-lists.ts'

/** Finds the rows in a value of JSON. Throws `DataError` where there are none, `ConfigError` where there are several lists. */
export function rowsOf(source: string, value: unknown, options: TableOptions): JsonRows {
  const { within } = options
  if (within !== undefined)
    return rowsOf(source, valueWithin(source, value, within), { ...options, within: undefined as never })
  if (Array.isArray(value)) return listRows(source, value, options)
  if (!isPlainObject(value)) throw new DataError(`${source} holds ${describeValue(value)}, and no rows. ${expected}`)
  return splitRows(source, value, options) ?? columnRows(source, value) ?? foundRows(source, value, options)
}

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
