import { DataError, isPlainObject } from '@gradus/core'
import type { Cell } from '../../cell.ts'

/** The most levels of objects that become names such as `a.b`. */
const maxDepth = 16
/** The most columns. */
const maxColumns = 2 ** 16
/** How deep lists may be nested in a cell. */
const maxNested = 64

/** Gives the values of an object with the names of their columns: nested objects have names such as `a.b`. */
export function flatten(row: object, take: (name: string, cell: Cell) => void, prefix = '', depth = 0): void {
  for (const [key, value] of Object.entries(row) as [string, Cell][]) {
    const name = prefix + key
    if (isPlainObject(value) && depth < maxDepth) flatten(value, take, `${name}.`, depth + 1)
    else take(name, value)
  }
}

/** The columns of objects, in the order in which their names first occur. */
export class ColumnNames {
  private readonly indices = new Map<string, number>()

  constructor(private readonly source: string) {}

  get names(): readonly string[] {
    return [...this.indices.keys()]
  }

  get size(): number {
    return this.indices.size
  }

  indexOf(name: string): number | undefined {
    return this.indices.get(name)
  }

  /** Adds the columns of a row, and checks its cells. */
  add(row: object, place: string): void {
    flatten(row, (name, cell) => {
      requireShallow(cell, `${this.source}, ${place}`)
      if (this.indices.has(name)) return
      if (this.indices.size >= maxColumns)
        throw new DataError(
          `${this.source} has more than ${maxColumns} different names in its objects, so they are no columns.`,
        )
      this.indices.set(name, this.indices.size)
    })
  }
}

/** Throws `DataError` for a cell that is nested too deep. */
export function requireShallow(cell: unknown, where: string): void {
  if (nestedDeep(cell, maxNested))
    throw new DataError(`${where}: a value is nested more than ${maxNested} deep, so it is no cell.`)
}

function nestedDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return left === 0 || Object.values(value).some((inner) => nestedDeep(inner, left - 1))
}
