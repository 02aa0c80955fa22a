import { ConfigError } from '@gradus/core'
import { whitespace } from '@gradus/data/internals'
import type { TableOptions } from '../format.ts'
import { isBlank, isMissing } from './cell-forms.ts'
import { decimalOf } from './decimal.ts'
import type { Form } from './form.ts'
import { hasHeader, uniqueNames } from './header.ts'
import { sniffForm } from './sniff.ts'

/** How the rows of delimited text are read. */
export interface Layout {
  readonly delimiter: string
  readonly quote: string | null
  readonly comment: string | null
  readonly skipSpace: boolean
  /** The number of records before the rows: a title, and the header. */
  readonly skipped: number
  readonly names: readonly string[]
  readonly decimal: '.' | ','
  readonly notes: readonly string[]
}

const delimiterNames: Readonly<Record<string, string>> = { '\t': 'tabs', [whitespace]: 'runs of spaces', ',': "','" }

/** Finds out the layout of a text by its beginning. Options that are given are taken as they are. */
export function findLayout(
  name: string,
  sample: string,
  isWhole: boolean,
  options: TableOptions,
  prefersTab: boolean,
): Layout {
  const form = sniffForm(sample, isWhole, options, prefersTab)
  const titles = options.skip === undefined ? titleCount(form) : 0
  const records = form.records.slice(titles)
  const { delimiter, quote, comment, skipSpace } = form
  const notes: string[] = []
  if (options.delimiter === undefined && delimiter !== ',' && form.width > 1)
    notes.push(`The cells are separated by ${delimiterNames[delimiter] ?? `'${delimiter}'`}.`)
  if (form.hasOpenQuotes) notes.push('Quotes are part of the texts, because some are never closed.')
  if (comment !== null && options.comment === undefined) notes.push(`Lines that begin with '${comment}' are left out.`)
  const commented =
    comment !== null && options.comment === undefined && !hasHeader(records) ? commentedHeader(sample, form) : undefined
  if (titles > 0)
    notes.push(
      titles === 1 ? 'The first line is a title and left out.' : `The first ${titles} lines are a title and left out.`,
    )
  const header = headerOf(name, { ...form, records }, options, commented)
  const { body, skipsFirst } = header
  const width = Math.max(header.names.length, 1)
  const shift = rowNames(body, width)
  const raw = shift ? ['row', ...header.names] : header.names
  if (shift)
    notes.push("The rows have one cell more than the header: the first is the name of the row, in the column 'row'.")
  const kept = keptWidth(raw, body)
  if (kept < raw.length)
    notes.push(
      `${raw.length - kept === 1 ? 'The last column is' : `The last ${raw.length - kept} columns are`} empty and left out.`,
    )
  if (!header.found && kept > 1)
    notes.push(`The file has no header, so the columns are c0 to c${kept - 1}. To name them, set 'header'.`)
  else if (!header.found && kept === 1)
    notes.push("The file has no header, so the column is c0. To name it, set 'header'.")
  const unique = uniqueNames(raw.slice(0, kept))
  const found = decimalOf(body, delimiter)
  const decimal = options.decimal ?? found.mark
  if (options.decimal === undefined) {
    if (found.isDoubtful && decimal === '.')
      notes.push("Numbers such as 1,234 are read as thousands. If they have a decimal comma, set 'decimal' to ','.")
    else if (decimal === ',') notes.push('Numbers have a decimal comma.')
  }
  return {
    delimiter,
    quote,
    comment,
    skipSpace,
    skipped: titles + (skipsFirst ? 1 : 0),
    names: unique.names,
    decimal,
    notes: [...notes, ...(header.found ? unique.notes : [])],
  }
}

/** The number of records before the table with a single text each: a title. Below the first, a header may follow lines that are half empty. */
function titleCount({ records, width }: Form): number {
  if (records.length === 0) return 0
  const filled = records.slice(0, 10).map((cells) => cells.filter((cell) => !isBlank(cell)).length)
  const isText = (index: number) => filled[index] === 1 && (width > 2 || records[index]!.length === 1)
  const isTitle = (index: number) => isText(index) || (index > 0 && width > 3 && filled[index]! <= width / 2)
  let count = 0
  while (width > 1 && count + 2 < filled.length && isTitle(count)) count++
  const isTable = records[count]!.length >= width && filled[count]! >= width - 1
  const areTexts = filled.slice(0, count).every((_, index) => isText(index))
  return count > 0 && isTable && (areTexts || hasHeader(records.slice(count))) ? count : 0
}

/** The names of the columns, the records below them, and whether names were found or given. */
function headerOf(
  name: string,
  { records, width }: Form,
  { header }: TableOptions,
  commented: readonly string[] | undefined,
) {
  if (Array.isArray(header)) {
    const names = header as readonly string[]
    const skipsFirst = records[0]?.length === names.length && names.every((one, i) => one === records[0]![i]!.trim())
    const body = skipsFirst ? records.slice(1) : records
    const cells = body[0]?.filter((cell, i) => i < names.length || !isBlank(cell)).length ?? names.length
    if (cells !== names.length && width !== names.length) {
      throw new ConfigError(
        `${name}: 'header' lists ${count(names.length, 'name')}, and the rows have ${count(cells, 'cell')}. Name each column, in order.`,
      )
    }
    return { names, body, skipsFirst, found: true }
  }
  if (commented && header !== false) return { names: commented, body: records, skipsFirst: false, found: true }
  if (header ?? hasHeader(records))
    return { names: records[0] ?? [], body: records.slice(1), skipsFirst: true, found: true }
  return { names: Array.from({ length: width }, (_, i) => `c${i}`), body: records, skipsFirst: false, found: false }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

/** The header in the last comment before the rows: it has as many cells as they have. */
function commentedHeader(sample: string, { delimiter, comment, width }: Form): readonly string[] | undefined {
  let last: string | undefined
  for (const line of sample.split(/\r\n|\n|\r/, 1000)) {
    if (line.startsWith(comment!)) last = line.slice(comment!.length)
    else if (line.trim() !== '') break
  }
  if (last === undefined || width < 2) return undefined
  const cells = delimiter === whitespace ? last.trim().split(/\s+/) : last.split(delimiter)
  return cells.length === width ? cells.map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')) : undefined
}

/** Whether the rows have one cell more than the header, with values in the last: names of rows, as R writes them. */
function rowNames(body: readonly (readonly string[])[], width: number): boolean {
  return (
    body.length > 0 && body.every(({ length }) => length === width + 1) && body.some((cells) => !isBlank(cells[width]!))
  )
}

/** The number of columns without those at the end that have no name and no value. */
function keptWidth(names: readonly string[], body: readonly (readonly string[])[]): number {
  let kept = names.length
  while (kept > 1 && isUnnamed(names[kept - 1]!, kept - 1) && body.every((cells) => isBlank(cells[kept - 1] ?? '')))
    kept--
  return kept
}

function isUnnamed(name: string, index: number): boolean {
  return isMissing(name) || name === `c${index}`
}
