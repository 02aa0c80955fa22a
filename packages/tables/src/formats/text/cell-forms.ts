import { missingTest } from '../../cell.ts'

const digits = /^[+\-(]?\s?[$€£¥₹]?\s?(?:\d[\d.,'’]*(?: \d{3})*|[.,]\d+)(?:e[+-]?\d+)?\s?(?:[%‰$€£¥₹kmbt]|bn)?\)?$/i
const dates = /^\d{1,4}[-/.:]\d{1,2}(?:[-/.:]\d{1,4})?(?:[T ]\d{1,2}:\d{2}.*)?$/

/** Whether a text is written like a number, a date or a time, in any of the usual forms. */
export function isDigitLike(text: string): boolean {
  return text.length < 40 && (digits.test(text) || dates.test(text))
}

/** Whether a cell has no value. */
export const isMissing = /* @__PURE__ */ missingTest()

/** Whether a text may be the name of a column: short, with a letter, and no sentence. */
export function isNameLike(text: string): boolean {
  if (text.length > 60 || !/[\p{L}_#]/u.test(text) || /["\n\r\t{}]|[!?]$| .*\.$|[.!?;] /.test(text)) return false
  return text.split(/\s+/).length <= 6 && !isDigitLike(text)
}

/** Whether a cell has nothing but spaces. */
export function isBlank(cell: string): boolean {
  return cell === '' || cell.trim() === ''
}
