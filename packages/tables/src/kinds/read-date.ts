/** The order of day, month and year in dates of numbers. */
export type DateOrder = 'ymd' | 'dmy' | 'mdy'

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const time =
  /(?:(?:^|[T ,]\s*)(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]m)?\s*(Z|[+-]\d{2}:?\d{2})?)$/i
const numbers = /^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})$/
const named =
  /^(?:[a-z]{3,9},?\s+)?(?:(\d{1,2})[\s-]+([a-z]{3,9})\.?|([a-z]{3,9})\.?\s+(\d{1,2}))(?:st|nd|rd|th)?,?[\s-]+(\d{4}|\d{2})$/i
const yearAndMonth = /^(\d{4})[-/.](\d{1,2})$|^([a-z]{3,9})\.?\s+(\d{4})$/i

/**
 * Reads a date, a date with a time, or a time of day: `2024-03-10T18:00Z`, `10.03.2004 18:00`, `03/10/2004`, `10 Mar 2004`,
 * `18.00.00`. Returns milliseconds since 1970, in UTC where no zone is given; of a time of day those since midnight. Returns
 * undefined for all other texts and for days that do not exist.
 */
export function readDate(text: string, order: DateOrder = 'ymd'): number | undefined {
  const whole = dayOf(text, order)
  if (whole !== undefined) return whole
  const found = time.exec(text)
  if (!found) return undefined
  const [matched, hour, minute, second = '0', fraction = '0', half, zone] = found
  let hours = Number(hour)
  if (half && (hours < 1 || hours > 12)) return undefined
  if (half) hours = (hours % 12) + (/p/i.test(half) ? 12 : 0)
  const isPastMidnight = hours > 24 || (hours === 24 && Number(minute) + Number(second) > 0)
  if (isPastMidnight || Number(minute) > 59 || Number(second) > 60) return undefined
  if (Math.abs(offset(zone)) > largestOffset) return undefined
  const before = text.slice(0, text.length - matched.length).trim()
  const day = before === '' ? (/^\d/.test(matched) ? 0 : undefined) : dayOf(before, order)
  if (day === undefined) return undefined
  return (
    day + ((hours * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Number(`0.${fraction}`) * 1000 - offset(zone)
  )
}

/** The zone that is furthest from UTC, 14 hours, in milliseconds. */
const largestOffset = 50_400_000

function offset(zone: string | undefined): number {
  if (!zone || /z/i.test(zone)) return 0
  const digits = zone.replace(/\D/g, '')
  return (zone.startsWith('-') ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000
}

function dayOf(text: string, order: DateOrder): number | undefined {
  const byNumber = numbers.exec(text)
  if (byNumber) {
    const [a, b, c] = [byNumber[1]!, byNumber[2]!, byNumber[3]!]
    if (a.length > 2) return day(a, b, c)
    if (order === 'mdy') return day(c, a, b)
    return order === 'dmy' ? day(c, b, a) : undefined
  }
  const byName = named.exec(text)
  if (byName) return day(byName[5]!, monthOf(byName[2] ?? byName[3]!), byName[1] ?? byName[4]!)
  const short = yearAndMonth.exec(text)
  if (!short) return undefined
  return short[1] ? day(short[1], short[2]!, '1') : day(short[4]!, monthOf(short[3]!), '1')
}

function monthOf(name: string): string {
  return String(months.indexOf(name.slice(0, 3).toLowerCase()) + 1)
}

function day(year: string, month: string, date: string): number | undefined {
  if (date.length > 2 || month.length > 2 || year.length === 3 || year.length === 1) return undefined
  const full = year.length === 2 ? Number(year) + (Number(year) < 70 ? 2000 : 1900) : Number(year)
  const result = new Date(0)
  result.setUTCFullYear(full, Number(month) - 1, Number(date))
  const exists = result.getUTCMonth() === Number(month) - 1 && result.getUTCDate() === Number(date)
  return exists ? result.getTime() : undefined
}
