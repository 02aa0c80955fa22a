import { type Cell, textOf } from '../cell.ts'
import { type ColumnKind, type ColumnState, describeFill, isTexts } from './kind.ts'

/** The categories of a column. */
export interface CategoryState extends ColumnState {
  readonly categories: readonly string[]
  /** Whether a further number stands for all other categories. */
  readonly hasOther: boolean
  /** Whether a further number stands for a missing value. */
  readonly marksMissing: boolean
  /** The category in place of a missing value. */
  readonly fill?: string
}

/** The number of categories that are kept if `maxSize` is not given. */
const defaultSize = 100

/** Names from a list that is learned. One number each, 1 for the category of the row and 0 for the others. */
export const category: ColumnKind<string, CategoryState> = {
  name: 'category',
  likelihood({ count, distinct, words }) {
    if (distinct === undefined || distinct > Math.max(20, count / 5)) return 0
    // a few long names are categories, too
    return words < 4 || distinct === 1 || count >= 10 * distinct ? 0.4 : 0.2
  },
  isState: ({ categories, hasOther, marksMissing, fill }) =>
    isTexts(categories) &&
    typeof hasOther === 'boolean' &&
    typeof marksMissing === 'boolean' &&
    (fill === undefined || typeof fill === 'string'),
  expected: ({ categories }) => (categories ? `one of ${categories.map((one) => `'${one}'`).join(', ')}` : 'a name'),
  read(cell, { categories }) {
    const text = categoryText(cell)
    return categories && !categories.includes(text) ? undefined : text
  },
  learn({ categories: given, maxSize = defaultSize, missing }) {
    const counts = new Map<string, number>()
    let marksMissing = false
    return {
      add(value) {
        if (value === undefined) marksMissing = true
        else counts.set(value, (counts.get(value) ?? 0) + 1)
      },
      finish() {
        const frequent = [...counts].sort(([a, n], [b, m]) => m - n || compareNames(a, b)).slice(0, maxSize)
        const categories = given ?? frequent.map(([name]) => name).sort(compareNames)
        const fill = typeof missing === 'object' ? { fill: String(missing.constant) } : {}
        // without a category in the training rows, all are others: an input has a number
        const hasOther = !given && (counts.size > maxSize || counts.size === 0)
        return { categories, hasOther, marksMissing, ...fill }
      },
    }
  },
  describe(state) {
    const { categories, hasOther, fill } = state
    const shown = categories.length > 0 && categories.length <= 5 ? `: ${categories.join(', ')}` : ''
    const missing = state.marksMissing
      ? fill === undefined
        ? '; missing values are marked'
        : describeFill(state, fill)
      : ''
    return `${categories.length} ${categories.length === 1 ? 'category' : 'categories'}${shown}${hasOther ? ', and others' : ''}${missing}`
  },
  labels(name, { categories, hasOther, marksMissing }) {
    return [
      ...categories.map((one) => `${name} = ${one}`),
      ...(hasOther ? [`${name} = another`] : []),
      ...(marksMissing ? [`${name} is missing`] : []),
    ]
  },
  encode(value, { categories, hasOther, marksMissing, fill }, out, at) {
    const known = value ?? fill
    const index = known === undefined ? -1 : indexOf(categories, known)
    if (index >= 0) out[at + index] = 1
    else if (known !== undefined && hasOther) out[at + categories.length] = 1
    if (value === undefined && marksMissing) out[at + categories.length + (hasOther ? 1 : 0)] = 1
  },
  show(numbers, { categories, hasOther, marksMissing }, at) {
    const other = at + categories.length
    if (marksMissing && numbers[other + Number(hasOther)] === 1) return undefined
    return categories.find((_, index) => numbers[at + index] === 1) ?? 'another'
  },
}

/** The text by which categories are compared: `3.0` of a binary file is `3`. */
export function categoryText(cell: Cell): string {
  return typeof cell === 'number' ? String(cell) : textOf(cell)
}

/** Compares names as people order them: numbers by value, others by characters. */
export function compareNames(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)]
  if (a !== '' && b !== '' && Number.isFinite(x) && Number.isFinite(y) && x !== y) return x - y
  return a < b ? -1 : a > b ? 1 : 0
}

const indices = new WeakMap<readonly string[], Map<string, number>>()

/** The position of a name in a list, which is looked up many times. */
export function indexOf(names: readonly string[], name: string): number {
  let found = indices.get(names)
  if (!found) {
    found = new Map(names.map((one, index) => [one, index]))
    indices.set(names, found)
  }
  return found.get(name) ?? -1
}
