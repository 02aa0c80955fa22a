import { CsvSplitter } from '@gradus/data/internals'
import { isBlank } from './cell-forms.ts'
import { delimiters, type Form, type GivenForm, widthOf } from './form.ts'
import { endOfLine } from './lines.ts'
import { scoreOf } from './score-form.ts'

interface Scored extends Form {
  readonly score: number
}

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
