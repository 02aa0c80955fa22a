import { DataError } from '@gradus/core'

/** The value of a cell as a file has it: texts in text files, JSON values in JSON files, numbers in binary files. */
export type Cell = string | number | bigint | boolean | Date | null | undefined | readonly unknown[] | object

/** The texts that mean a missing value where none are listed, in any case. */
export const missingTexts: readonly string[] = [
  '',
  '?',
  'na',
  'n/a',
  '#n/a',
  '<na>',
  'nan',
  'null',
  'none',
  'nil',
  '-',
  '--',
]

/** Returns a function that tells whether a cell has no value. `texts` are compared in any case, without spaces around. */
export function missingTest(texts: readonly string[] = missingTexts): (cell: Cell) => boolean {
  const known = new Set(texts.map((text) => text.trim().toLowerCase()))
  let longest = 0
  for (const { length } of known) longest = Math.max(longest, length)
  return (cell) => {
    if (typeof cell === 'number') return Number.isNaN(cell)
    if (typeof cell !== 'string') return cell === null || cell === undefined
    if (cell.length <= longest) return known.has(cell) || known.has(cell.trim().toLowerCase())
    return cell.length < 64 && known.has(cell.trim().toLowerCase())
  }
}

/** The text of a cell without spaces around: of a date its ISO form, of lists and objects their JSON. Throws `DataError` for others. */
export function textOf(cell: Cell): string {
  if (typeof cell === 'string') return cell.trim()
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? 'Invalid Date' : cell.toISOString()
  return typeof cell === 'object' && cell !== null ? jsonOf(cell) : String(cell)
}

function jsonOf(cell: object): string {
  try {
    return String(JSON.stringify(cell, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))
  } catch (cause) {
    throw new DataError('A cell is a list or an object that is nested too deep, or contains itself; expected a text.', {
      cause,
    })
  }
}

/** Returns a function that tells whether a cell has no value, for a column with further texts, or with texts that are values. */
export function columnMissingTest(
  texts: readonly string[] = missingTexts,
  further: readonly string[] = [],
  values: readonly string[] = [],
): (cell: Cell) => boolean {
  const known = new Set(values.map((value) => value.toLowerCase()))
  return missingTest([...texts.filter((text) => !known.has(text.toLowerCase())), ...further])
}
