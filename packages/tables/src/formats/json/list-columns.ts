import { ConfigError } from '@gradus/core'
import type { TableOptions } from '../format.ts'
import { hasHeader, uniqueNames } from '../text/header.ts'

/** The columns of rows that are lists. */
export interface ListColumns {
  readonly names: readonly string[]
  /** Whether the first list has the names. */
  readonly hasHeader: boolean
  readonly notes: readonly string[]
}

/**
 * Finds the names of the columns of lists: those of the option `header`, or of the first list where its cells are texts and differ in kind
 * from those below. Throws `ConfigError` for another number of names than the first list has cells.
 */
export function listColumns(name: string, lists: readonly unknown[], header: TableOptions['header']): ListColumns {
  const first = lists[0] as readonly unknown[]
  if (Array.isArray(header)) {
    if (header.length !== first.length)
      throw new ConfigError(`${name}: 'header' lists ${header.length} names, and the rows have ${first.length} cells.`)
    return { ...uniqueNames(header), hasHeader: false }
  }
  const texts = textsOf(lists as readonly unknown[][])
  if (header ?? (first.every((cell) => typeof cell === 'string') && hasHeader(texts)))
    return { ...uniqueNames(texts[0]!), hasHeader: true }
  return {
    names: first.map((_, index) => `c${index}`),
    hasHeader: false,
    notes: [`The rows have no header, so the columns are c0 to c${first.length - 1}.`],
  }
}

/** The cells of the first rows as short texts. */
function textsOf(rows: readonly (readonly unknown[])[]): string[][] {
  const textOf = (cell: unknown) =>
    typeof cell === 'object' ? (cell === null ? '' : '{}') : String(cell).slice(0, 100)
  return rows.slice(0, 1000).map((row) => row.map(textOf))
}
