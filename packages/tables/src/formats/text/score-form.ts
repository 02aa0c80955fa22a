import { whitespace } from '@gradus/data/internals'
import { delimiters, digitShare, type Form, widthOf } from './form.ts'

/** How well a form fits: even widths, several columns, and cells that are numbers or dates. */
export function scoreOf({ delimiter, records, width, hasOpenQuotes, ...form }: Form): number {
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
