import { ConfigError, DataError } from '@gradus/core'
import { shuffledOrder } from '@gradus/data/internals'
import { categoryText } from './kinds/category.ts'
import { date } from './kinds/date.ts'
import { number } from './kinds/number.ts'
import type { Table } from './read-table.ts'

/** The parts of a split. */
export const parts = ['train', 'validation', 'test'] as const

/** How rows are divided. */
export interface SplitOptions {
  /** The part of the rows on which the model is evaluated after every epoch, from 0 to 1. */
  readonly validation?: number
  /** The part of the rows on which the model is evaluated after training, from 0 to 1. */
  readonly test?: number
  /** The column of which all rows with an equal value are in one part. */
  readonly groups?: string
  /** The column of dates or numbers by which the first rows are for training and the last ones for the test. */
  readonly time?: string
  /** The column of which each value has its share in each part. */
  readonly strata?: string
  readonly seed: number
}

/**
 * Divides the rows of a table. Returns for each row the position of its part in `parts`. Equal options give equal parts. Throws
 * `ConfigError` for options that do not fit together and `DataError` where a part would be empty.
 *
 * @example
 * import { readTable, rowsSource, splitRows } from '@gradus/tables'
 * const table = await readTable(rowsSource([{ year: 2021 }, { year: 2024 }, { year: 2022 }, { year: 2023 }]))
 * splitRows(table, { validation: 0.25, test: 0.25, time: 'year', seed: 1 }) // => [0, 2, 0, 1]
 */
export function splitRows(table: Table, options: SplitOptions): Uint8Array {
  const { validation = 0, test = 0, groups, time, strata, seed } = options
  if (!(validation >= 0 && test >= 0 && validation + test < 1))
    throw new ConfigError(
      `split: validation (${validation}) and test (${test}) must be parts of the rows from 0 to 1 that leave some for training.`,
    )
  if ([groups, time, strata].filter((column) => column !== undefined).length > 1)
    throw new ConfigError("split: give one of 'groups', 'time' and 'strata'.")
  const rows = Array.from({ length: table.rowCount }, (_, row) => row)
  const column = columnOf(table, groups ?? time ?? strata)
  const keyOf = (row: number) => categoryText(table.cell(column, row))
  const result = new Uint8Array(table.rowCount)
  if (time !== undefined) {
    const at = timesOf(table, column, time)
    assign(
      result,
      rows.sort((a, b) => at[a]! - at[b]! || a - b).map((row) => [row]),
      validation,
      test,
      false,
    )
  } else if (groups !== undefined) {
    assign(result, shuffled([...grouped(rows, keyOf).values()], seed), validation, test, true)
  } else if (strata !== undefined) {
    for (const [index, members] of [...grouped(rows, keyOf).values()].entries())
      assign(
        result,
        shuffled(members, seed + index).map((row) => [row]),
        validation,
        test,
        true,
      )
  } else
    assign(
      result,
      shuffled(rows, seed).map((row) => [row]),
      validation,
      test,
      true,
    )
  requireRows(result, { train: 1, validation, test })
  return result
}

/** Fills the parts with groups of rows, those for evaluation from the start or, in the order of time, from the end. */
function assign(
  result: Uint8Array,
  groups: readonly (readonly number[])[],
  validation: number,
  test: number,
  fromStart: boolean,
): void {
  const total = groups.reduce((sum, { length }) => sum + length, 0)
  const wanted = [0, Math.round(total * validation), Math.round(total * test)]
  const order = fromStart ? groups : [...groups].reverse()
  let [position, filled] = [0, 0]
  for (const part of [2, 1]) {
    for (filled = 0; position < order.length && filled < wanted[part]!; position++) {
      for (const row of order[position]!) result[row] = part
      filled += order[position]!.length
    }
  }
}

function requireRows(result: Uint8Array, wanted: Readonly<Record<string, number>>): void {
  const counts = [0, 0, 0]
  for (const part of result) counts[part]!++
  parts.forEach((name, index) => {
    if (wanted[name]! > 0 && counts[index] === 0)
      throw new DataError(
        `The split leaves no rows for ${name}: the table has ${result.length}. Give more rows, or other parts.`,
      )
  })
}

function grouped(rows: readonly number[], keyOf: (row: number) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const members = groups.get(key)
    if (members) members.push(row)
    else groups.set(key, [row])
  }
  return groups
}

function columnOf(table: Table, name: string | undefined): number {
  const column = name === undefined ? 0 : table.columns.indexOf(name)
  if (column < 0) throw new ConfigError(`split: ${table.name} has no column '${name}'.`)
  return column
}

/** The time of each row: dates, in the order of day, month and year in which all of them exist, or numbers. */
function timesOf(table: Table, column: number, name: string): number[] {
  let problem = 0
  for (const order of ['ymd', 'dmy', 'mdy'] as const) {
    const times: number[] = []
    for (let row = 0; row < table.rowCount; row++) {
      const cell = table.cell(column, row)
      const value = number.read(cell, { kind: 'number' }) ?? date.read(cell, { kind: 'date', order })
      if (value === undefined) break
      times.push(value)
    }
    if (times.length === table.rowCount) return times
    problem = Math.max(problem, times.length)
  }
  throw new DataError(
    `split: '${name}' in ${table.place(problem)} is '${categoryText(table.cell(column, problem))}'; expected a date or a number.`,
  )
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  const order = shuffledOrder(list.length, seed)
  return Array.from(order, (position) => list[position]!)
}
