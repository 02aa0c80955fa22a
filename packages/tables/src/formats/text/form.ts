import { whitespace } from '@gradus/data/internals'
import { isDigitLike, isMissing } from './cell-forms.ts'

/** The form of delimited text, as far as it is given. */
export interface GivenForm {
  readonly delimiter?: string
  readonly quote?: string | null
  readonly comment?: string | null
}

/** The form of delimited text, and the first records that it gives. */
export interface Form {
  readonly delimiter: string
  readonly quote: string | null
  readonly comment: string | null
  readonly records: readonly (readonly string[])[]
  /** Whether spaces precede cells, also those in quotes. */
  readonly skipSpace: boolean
  /** The most frequent number of cells of a record, and the share of records that have it. */
  readonly width: number
  readonly consistency: number
  /** Whether quotes are characters like others, because they are not closed otherwise. */
  readonly hasOpenQuotes: boolean
}

/** The delimiters that are tried. */
export const delimiters = [',', '\t', ';', '|', whitespace]

/** The most frequent number of cells of a record, and the share of records that have it. */
export function widthOf(records: readonly (readonly string[])[]): { width: number; consistency: number } {
  const counts = new Map<number, number>()
  for (const { length } of records) counts.set(length, (counts.get(length) ?? 0) + 1)
  let [width, most] = [0, 0]
  for (const [length, count] of counts)
    if (count > most || (count === most && length > width)) [width, most] = [length, count]
  return { width, consistency: records.length === 0 ? 0 : most / records.length }
}

/** The share of cells with a value that are numbers, dates or times. */
export function digitShare(records: readonly (readonly string[])[], column: number): number {
  let [count, digits] = [0, 0]
  for (const cells of records) {
    const cell = cells[column]!.trim()
    if (isMissing(cell)) continue
    count++
    if (isDigitLike(cell)) digits++
  }
  return count === 0 ? 0 : digits / count
}

/** Whether lines have even numbers of cells, so that they are rows rather than texts. */
export function isTable({ delimiter, records, width, consistency }: Form): boolean {
  if (width < 2 || consistency < 0.95 || records.length < 2) return false
  if (delimiter === '\t') return true
  const body = records.slice(1, 1000).filter(({ length }) => length === width)
  return Array.from({ length: width }, (_, column) => digitShare(body, column)).some((share) => share > 0.9)
}
