import { ConfigError, DataError } from '@gradus/core'
import { shuffledOrder } from '@gradus/data/internals'
import { categoryText } from './kinds/category.ts'
import { date } from './kinds/date.ts'
import { number } from './kinds/number.ts'
import type { TableSource } from './source.ts'
import { positionOf } from './table-spec.ts'

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
 * Divides the rows of a table. Returns for each row the position of its part in `parts`. Equal options give equal parts. The rows
 * are read for a column (`groups`, `time`, `strata`), of which 4 or 8 bytes for each row and each different value are held. Without a
 * column they are read only to count them, where `rowCount` is not known. Throws `ConfigError` for options that do not fit together
 * and `DataError` where a part would be empty.
 *
 * @example
 * import { rowsSource, splitRows } from '@gradus/tables'
 * const rows = rowsSource([{ year: 2021 }, { year: 2024 }, { year: 2022 }, { year: 2023 }])
 * await splitRows(rows, { validation: 0.25, test: 0.25, time: 'year', seed: 1 }) // => [0, 2, 0, 1]
 */
export async function splitRows(
  source: TableSource,
  options: SplitOptions,
  rowCount = source.rowCount,
): Promise<Uint8Array> {
  const { validation = 0, test = 0, groups, time, strata, seed } = options
  if (!(validation >= 0 && test >= 0 && validation + test < 1))
    throw new ConfigError(
      `split: validation (${validation}) and test (${test}) must be parts of the rows from 0 to 1 that leave some for training.`,
    )
  if ([groups, time, strata].filter((column) => column !== undefined).length > 1)
    throw new ConfigError("split: give one of 'groups', 'time' and 'strata'.")
  const result = await divide(source, options, { validation, test, seed }, rowCount)
  requireRows(result, { train: 1, validation, test })
  return result
}

type Shares = Required<Pick<SplitOptions, 'validation' | 'test' | 'seed'>>

async function divide(
  source: TableSource,
  { groups, time, strata }: SplitOptions,
  shares: Shares,
  rowCount: number | undefined,
): Promise<Uint8Array> {
  const { seed } = shares
  if (time !== undefined) {
    const times = await timesOf(source, time)
    const result = new Uint8Array(times.length)
    const latest = Int32Array.from(times, (_, row) => row).sort((a, b) => times[b]! - times[a]! || b - a)
    assign(result, latest, shares)
    return result
  }
  const column = groups ?? strata
  if (column === undefined) {
    const result = new Uint8Array(rowCount ?? (await countRows(source)))
    assign(result, shuffledOrder(result.length, seed), shares)
    return result
  }
  const members = await membersOf(source, column)
  const result = new Uint8Array(members.rowCount)
  if (groups !== undefined) assignGroups(result, members, shares)
  else {
    for (let index = 0; index < members.count; index++) {
      const rows = members.rowsOf(index)
      const order = shuffledOrder(rows.length, seed + index)
      assign(
        result,
        order.map((position) => rows[position]!),
        shares,
      )
    }
  }
  return result
}

/** Fills the parts for evaluation with the first rows of a list. */
function assign(result: Uint8Array, rows: Int32Array, { validation, test }: Shares): void {
  const tests = Math.round(rows.length * test)
  const end = tests + Math.round(rows.length * validation)
  for (let at = 0; at < end && at < rows.length; at++) result[rows[at]!] = at < tests ? 2 : 1
}

/** Fills the parts for evaluation with whole groups, in a random order, until each has its share. */
function assignGroups(result: Uint8Array, groups: Members, { validation, test, seed }: Shares): void {
  const wanted = [0, Math.round(result.length * validation), Math.round(result.length * test)]
  const order = shuffledOrder(groups.count, seed)
  let position = 0
  for (const part of [2, 1]) {
    for (let filled = 0; position < order.length && filled < wanted[part]!; position++) {
      const rows = groups.rowsOf(order[position]!)
      for (const row of rows) result[row] = part
      filled += rows.length
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

async function countRows(source: TableSource): Promise<number> {
  let count = 0
  for await (const { rowCount } of source.chunks()) count += rowCount
  return count
}

function columnOf(source: TableSource, name: string): number {
  if (source.columns.includes(name)) return positionOf(source, name)
  throw new ConfigError(`split: ${source.name} has no column '${name}'.`)
}

/** The rows of each value of a column. */
interface Members {
  /** The number of values. */
  readonly count: number
  readonly rowCount: number
  /** The rows of a value, by the order in which the values first occur. */
  rowsOf(index: number): Int32Array
}

async function membersOf(source: TableSource, name: string): Promise<Members> {
  const column = columnOf(source, name)
  const positions = new Map<string, number>()
  const counts: number[] = []
  let groupOf = new Int32Array(source.rowCount ?? 4096)
  let count = 0
  for await (const chunk of source.chunks()) {
    if (count + chunk.rowCount > groupOf.length) groupOf = grown(groupOf, count + chunk.rowCount)
    for (let row = 0; row < chunk.rowCount; row++) {
      const key = categoryText(chunk.columns[column]![row])
      let group = positions.get(key)
      if (group === undefined) {
        group = counts.length
        positions.set(key, group)
        counts.push(0)
      }
      counts[group]!++
      groupOf[count++] = group
    }
  }
  const starts = new Int32Array(counts.length + 1)
  for (const [group, size] of counts.entries()) starts[group + 1] = starts[group]! + size
  const next = starts.slice()
  const rows = new Int32Array(count)
  for (let row = 0; row < count; row++) rows[next[groupOf[row]!]!++] = row
  return {
    count: counts.length,
    rowCount: count,
    rowsOf: (index) => rows.subarray(starts[index]!, starts[index + 1]!),
  }
}

/** The time of each row: dates, in the order of day, month and year in which all of them exist, or numbers. */
async function timesOf(source: TableSource, name: string): Promise<Float64Array> {
  const column = columnOf(source, name)
  let farthest = { row: -1, text: '', place: '' }
  for (const order of ['ymd', 'dmy', 'mdy'] as const) {
    const read = await timesInOrder(source, column, order)
    if (read instanceof Float64Array) return read
    if (read.row > farthest.row) farthest = read
  }
  throw new DataError(`split: '${name}' in ${farthest.place} is '${farthest.text}'; expected a date or a number.`)
}

/** Reads times up to the first cell that is none, which is returned in their place. */
async function timesInOrder(
  source: TableSource,
  column: number,
  order: 'ymd' | 'dmy' | 'mdy',
): Promise<Float64Array | { row: number; text: string; place: string }> {
  let times = new Float64Array(source.rowCount ?? 4096)
  let count = 0
  for await (const chunk of source.chunks()) {
    if (count + chunk.rowCount > times.length) times = grown(times, count + chunk.rowCount)
    for (let row = 0; row < chunk.rowCount; row++) {
      const cell = chunk.columns[column]![row]
      const value = number.read(cell, { kind: 'number' }) ?? date.read(cell, { kind: 'date', order })
      if (value === undefined) return { row: count, text: categoryText(cell), place: chunk.place(row) }
      times[count++] = value
    }
  }
  return times.subarray(0, count)
}

function grown<A extends Float64Array | Int32Array>(array: A, least: number): A {
  const larger = new (array.constructor as new (length: number) => A)(Math.max(least, 2 * array.length))
  larger.set(array)
  return larger
}
