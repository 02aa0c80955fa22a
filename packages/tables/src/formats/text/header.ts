import { isDigitLike, isMissing, isNameLike } from './cell-forms.ts'

/** The most rows that are compared with the first record. */
const compared = 1000

const booleans = new Set(['true', 'false', 'yes', 'no', 't', 'f', 'y', 'n'])

/** Whether the first of the records has the names of the columns: its cells differ in kind from those below it. */
export function hasHeader(records: readonly (readonly string[])[]): boolean {
  const [first, ...others] = records.slice(0, compared)
  if (!first) return false
  const names = first.map((cell) => cell.trim())
  if (others.length === 0) return names.every((name) => !isDigitLike(name))
  if (countsUp(names) && !countsUp(others[0]!.map((cell) => cell.trim()))) return true
  let votes = 0
  let decided = false
  // names of rows may precede the named columns
  const shift = others[0]!.length === first.length + 1 ? 1 : 0
  for (const [column, name] of names.entries()) {
    if (isMissing(name)) continue
    const cells = others.map((cells) => cells[column + shift]?.trim() ?? '').filter((cell) => !isMissing(cell))
    const vote = voteOf(name, cells)
    if (vote !== 0) decided = true
    votes += vote
  }
  if (decided && votes !== 0) return votes > 0
  const known = names.filter((name) => name !== '')
  return known.length > 0 && known.every(isNameLike) && new Set(known).size === known.length
}

/** 1 for a name above values of another kind, -1 for one of the values, 0 where nothing can be told. */
function voteOf(name: string, cells: readonly string[]): number {
  if (cells.length === 0) return 0
  const share = cells.filter(isDigitLike).length / cells.length
  if (isDigitLike(name)) return share > 0.5 ? -1 : 0
  if (share > 0.9) return 1
  const lower = name.toLowerCase()
  const different = new Set(cells.map((cell) => cell.toLowerCase()))
  const [sample] = different
  if ((different.size === 2 || sample!.length > 1) && [...different].every((cell) => booleans.has(cell)))
    return booleans.has(lower) ? -1 : 1
  if (different.has(lower)) return -1
  return cells.length >= 20 && different.size <= cells.length / 10 && isNameLike(name) ? 0.5 : 0
}

/** Whether cells are at least three numbers that count up by one, such as years or the positions of columns. */
function countsUp(cells: readonly string[]): boolean {
  const numbers = cells
    .slice(cells.findIndex((cell) => /^\d+$/.test(cell)))
    .map((cell) => (/^\d+$/.test(cell) ? Number(cell) : Number.NaN))
  return (
    numbers.length >= 3 &&
    numbers.length >= cells.length - 2 &&
    numbers.every((n, i) => i === 0 || n === numbers[i - 1]! + 1)
  )
}

/** Names of columns without repetition and gaps, and whether that changed them. */
export function uniqueNames(given: readonly string[]): {
  readonly names: readonly string[]
  readonly notes: readonly string[]
} {
  const trimmed = given.map((name) => name.trim().replace(/\s+/g, ' '))
  const used = new Set<string>()
  const later = new Set(trimmed)
  // where the numbers of a name go on
  const counts = new Map<string, number>()
  const [empty, repeated] = [[] as string[], [] as string[]]
  const names = trimmed.map((name, index) => {
    let unique = name || `c${index}`
    if (name === '') empty.push(unique)
    const base = unique
    let count = counts.get(base) ?? 2
    for (; used.has(unique) || (name === '' && later.has(unique)); count++) {
      unique = `${base}_${count}`
      while (later.has(unique)) unique = `${base}_${++count}`
    }
    counts.set(base, count)
    if (name !== '' && unique !== name) repeated.push(unique)
    used.add(unique)
    return unique
  })
  return {
    names,
    notes: [
      ...(empty.length > 0 ? [`Columns without a name are called ${listed(empty)}.`] : []),
      ...(repeated.length > 0 ? [`Names that occur twice are numbered: ${listed(repeated)}.`] : []),
    ],
  }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `'${name.length > 40 ? `${name.slice(0, 37)}...` : name}'`)
  return `${shown.join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`
}
