import type { HostArray } from '@gradus/core'
import type { Cell } from './cell.ts'
import type { ColumnKind } from './kinds/kind.ts'
import { number } from './kinds/number.ts'
import type { Problems } from './problems.ts'
import type { TableChunk } from './source.ts'
import type { InputColumn } from './table-spec.ts'
import { classOf, type Target } from './target.ts'

/** A column with its kind. */
export interface Column extends InputColumn {
  readonly kind: ColumnKind
  readonly isMissing: (cell: Cell) => boolean
}

interface ColumnTask {
  readonly cells: ArrayLike<Cell>
  readonly chunk: TableChunk
  readonly rows: readonly number[]
  readonly data: Float32Array
  readonly at: number
  readonly width: number
  readonly problems: Problems
  readonly folder: string
}

/** Writes the numbers of a column for each row. Cells that do not fit become problems. */
export async function encodeColumn(column: Column, task: ColumnTask): Promise<void> {
  const { kind, options, state, name, isMissing } = column
  const { cells, chunk, rows, data, at, width, problems, folder } = task
  for (let index = 0; index < rows.length; index++) {
    const cell = cells[rows[index]!]
    const missing = isMissing(cell)
    const value = missing ? undefined : kind.read(cell, options)
    if (missing ? options.missing === 'refuse' : value === undefined) {
      problems.add(name, cell, kind.expected(options), chunk.place(rows[index]!))
      continue
    }
    const misfit = value === undefined ? undefined : kind.misfit?.(value, state)
    if (misfit !== undefined) {
      problems.add(name, cell, misfit, chunk.place(rows[index]!))
      continue
    }
    const loaded = kind.load && value !== undefined ? await kind.load(value, state, folder) : value
    kind.encode(loaded, state, data, index * width + at)
  }
}

/** Returns the values of a target as the model learns them: scaled numbers, or positions of classes. */
export function encodeTarget(
  target: Target,
  cells: ArrayLike<Cell>,
  chunk: TableChunk,
  rows: readonly number[],
  problems: Problems,
): HostArray {
  if (target.task === 'regression') {
    const { offset, span, decimal } = target
    const options = { kind: 'number', ...(decimal && { decimal }) }
    const data = Float32Array.from(rows, (row) => {
      const value = number.read(cells[row], options)
      if (value === undefined) problems.add(target.name, cells[row], number.expected(options), chunk.place(row))
      return ((value ?? offset) - offset) / span
    })
    return { data, shape: [rows.length, 1], dtype: 'float32' }
  }
  const { classes, name } = target
  const data = Int32Array.from(rows, (row) => {
    const index = classOf(cells[row], classes)
    if (index < 0) {
      const expected =
        classes.length <= 12
          ? `one of ${classes.map((one) => `'${one}'`).join(', ')}`
          : `one of ${classes.length} classes`
      problems.add(name, cells[row], expected, chunk.place(row))
      const like = classes.find((one) => one.toLowerCase() === String(cells[row]).trim().toLowerCase())
      problems.hint(
        like
          ? `The classes differ in case: '${String(cells[row]).trim()}' and '${like}'.`
          : `Of classes that the training rows lack, leave the rows out, or train with 'classes', a list of all classes.`,
      )
    }
    return index
  })
  return { data, shape: [rows.length], dtype: 'int32' }
}
