import { CsvSplitter, whitespace } from '@gradus/data/internals'
import { isBlank, isDigitLike, isMissing } from './cell-forms.ts'
import { endOfLine } from './lines.ts'

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

interface Scored extends Form {
  readonly score: number
}

const delimiters = [',', '\t', ';', '|', whitespace]
/** The number of characters by which the form is found, and of lines where these are longer. */
const sampled = 2 ** 16
const leastLines = 5
/** A quoted cell of more lines than this in the first records is a quote that is not closed. */
const maxQuotedLines = 100

/** Finds the delimiter, the quote and the comment character by the first lines. `prefersTab` breaks ties for files named `.tsv`. */
export function sniffForm(sample: string, isWhole: boolean, given: GivenForm, prefersTab: boolean): Form {
  const text = sample.slice(0, Math.max(sampled, endOfLine(sample, leastLines)))
  const whole = isWhole && text.length === sample.length
  let best: Scored | undefined
  for (const delimiter of given.delimiter === undefined ? delimiters : [given.delimiter]) {
    const form = withComments(text, whole, delimiter, given)
    if (!form) continue
    const score = scoreOf(form) + (delimiter === '\t' && prefersTab ? 0.3 : 0)
    if (!best || score > best.score + 1e-9) best = { ...form, score }
  }
  return best ?? { ...splitText(text, whole, ',', given.quote ?? '"', null), hasOpenQuotes: false }
}

/** The form with a comment character, if lines that begin with one are no rows. */
function withComments(text: string, isWhole: boolean, delimiter: string, given: GivenForm): Form | undefined {
  if (given.comment !== undefined) return formOf(text, isWhole, delimiter, given.comment, given.quote)
  const plain = formOf(text, isWhole, delimiter, null, given.quote)
  for (const mark of ['#', '%']) {
    const [marked, others] = [[] as (readonly string[])[], [] as (readonly string[])[]]
    for (const cells of plain?.records ?? []) (cells[0]!.startsWith(mark) ? marked : others).push(cells)
    if (marked.length === 0 || others.length === 0) continue
    const { width } = widthOf(others)
    const fitting = marked.filter(({ length }) => length === width)
    // a header may be a comment; without a space after the mark, it may be a name
    const isHeader = mark === '#' && marked[0]![0]!.startsWith('# ')
    const isComment = marked.length > 1 ? fitting.length <= 1 : fitting.length === 0 || isHeader
    if (isComment) return formOf(text, isWhole, delimiter, mark, given.quote)
  }
  return plain
}

function formOf(
  text: string,
  isWhole: boolean,
  delimiter: string,
  comment: string | null,
  quote: string | null | undefined,
): Form | undefined {
  const quoted = splitText(text, isWhole, delimiter, quote === undefined ? '"' : quote, comment)
  if (quoted.records.length === 0 && !quoted.isOpen) return undefined
  if ((quoted.isOpen || quoted.consistency < 1) && text.includes(`${delimiter} ${quoted.quote}`)) {
    const spaced = splitText(text, isWhole, delimiter, quoted.quote, comment, true)
    if (!spaced.isOpen && spaced.consistency > quoted.consistency) return { ...spaced, hasOpenQuotes: false }
  }
  if (quote !== undefined || !quoted.isOpen) return { ...quoted, hasOpenQuotes: false }
  const plain = splitText(text, isWhole, delimiter, null, comment)
  // not where quoted cells have delimiters in them, so that rows have even numbers of cells by the quotes only
  if (plain.consistency < Math.max(0.9, quoted.consistency - 0.01) || plain.records.length === 0)
    return { ...quoted, hasOpenQuotes: false }
  return { ...plain, hasOpenQuotes: true }
}

function splitText(
  text: string,
  isWhole: boolean,
  delimiter: string,
  quote: string | null,
  comment: string | null,
  skipSpace = false,
) {
  const records: (readonly string[])[] = []
  let [lines, isOpen] = [0, false]
  const splitter = new CsvSplitter(
    delimiter,
    ({ line, end, cells }) => {
      if (end - line > maxQuotedLines || (end > line && swallowsRows(cells, delimiter))) isOpen = true
      lines = end
      if (!cells.every(isBlank)) records.push(cells)
    },
    { quote, comment, skipSpace },
  )
  splitter.push(text)
  if (isWhole) splitter.end()
  else if (splitter.isWithinQuotes && countLines(text) - lines > maxQuotedLines) isOpen = true
  return {
    delimiter,
    quote,
    comment,
    skipSpace,
    records,
    ...widthOf(records),
    isOpen: isOpen || splitter.problem !== undefined,
  }
}

/** Whether a cell of several lines holds rows: an open quote in tab-separated text takes them until the next quote. */
export function swallowsRows(cells: readonly string[], delimiter: string): boolean {
  if (delimiter !== '\t') return false
  return cells.some((cell) => cell.includes('\n') && cell.includes('\t'))
}

function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}

function widthOf(records: readonly (readonly string[])[]): { width: number; consistency: number } {
  const counts = new Map<number, number>()
  for (const { length } of records) counts.set(length, (counts.get(length) ?? 0) + 1)
  let [width, most] = [0, 0]
  for (const [length, count] of counts)
    if (count > most || (count === most && length > width)) [width, most] = [length, count]
  return { width, consistency: records.length === 0 ? 0 : most / records.length }
}

/** How well a form fits: even widths, several columns, and cells that are numbers or dates. */
function scoreOf({ delimiter, records, width, hasOpenQuotes, ...form }: Form): number {
  const first = records[0]?.length ?? 0
  // the header may lack a name for the names of rows
  const consistency = first > 1 && first === width - 1 ? widthOf(records.slice(1)).consistency : form.consistency
  let score = consistency + 0.01 * Math.min(width, 10)
  if (hasOpenQuotes) score -= 0.01
  if (width <= 1) return score - 0.6
  // one column of numbers with a decimal comma, or of texts with a comma
  if (delimiter === ',' && width === 2 && first === 1 && records.length > 1) return score - 1
  const fits = records.slice(0, 1000).filter(({ length }) => length === width)
  const body = fits.length > 1 ? fits.slice(1) : fits
  const shares = Array.from({ length: width }, (_, column) => digitShare(body, column))
  const digits = shares.reduce((sum, share) => sum + share, 0) / width
  score += 0.5 * digits
  if (delimiters.some((other) => other.length === 1 && other !== ',' && other !== delimiter && separates(fits, other)))
    score -= 0.4
  // the first line has the names; in free text it has as many cells as the others by chance only
  if (Math.abs(first - width) > 1 && consistency < 0.9) score -= 0.3
  if (consistency < 0.6 && digits < 0.3) score -= 0.4
  if (delimiter === whitespace) {
    const hasNumbers = consistency > 0.9 && shares.some((share) => share > 0.9)
    // some files of numbers have two tabs in places
    score -= !hasNumbers ? 1 : digits > 0.95 && consistency === 1 ? 0.02 : 0.2
  }
  return score
}

/** Whether a character occurs equally often in almost all records, so that it is the delimiter rather than another one. */
function separates(records: readonly (readonly string[])[], mark: string): boolean {
  const counts = records.slice(0, 200).map((cells) => cells.reduce((sum, cell) => sum + cell.split(mark).length - 1, 0))
  const sorted = [...counts].sort((a, b) => a - b)
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0
  return middle > 0 && counts.filter((count) => count === middle).length >= 0.95 * counts.length
}

/** The share of cells with a value that are numbers, dates or times. */
function digitShare(records: readonly (readonly string[])[], column: number): number {
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
