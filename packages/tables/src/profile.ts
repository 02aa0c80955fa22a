import { type Cell, missingTest, textOf } from './cell.ts'
import type { ColumnProfile, TableProfile } from './column-profile.ts'
import * as allKinds from './kinds/all.ts'
import { array } from './kinds/array.ts'
import { boolean } from './kinds/boolean.ts'
import { categoryText } from './kinds/category.ts'
import type { ColumnKind } from './kinds/kind.ts'
import { type DateOrder, readDate } from './kinds/read-date.ts'
import { readNumber } from './kinds/read-number.ts'
import { wordsOf } from './kinds/text.ts'
import { Moments } from './moments.ts'
import type { TableSource } from './source.ts'

/** The number of different values that are counted; a column with more has `distinct` undefined. */
const maxDistinct = 10_000
/** The number of different values that are no numbers of which the texts are kept. */
const maxOdd = 20
/** The number of texts of which the words are counted. */
const maxTexts = 1000

/** The kinds that know their texts by the form. */
function formedKinds(): readonly ColumnKind[] {
  return (Object.values(allKinds) as readonly ColumnKind[]).filter(({ hasForm }) => hasForm)
}

const orders: readonly DateOrder[] = ['ymd', 'dmy', 'mdy']

/** Options of `profileTable`. */
export interface ProfileOptions {
  /** The texts that mean a missing value (default `missingTexts`). */
  readonly missingTexts?: readonly string[]
}

/**
 * Reads a table once and returns what its columns hold. The memory that it takes does not grow with the number of rows.
 *
 * @example
 * import { profileTable, rowsSource } from '@gradus/tables'
 * const { columns } = await profileTable(rowsSource([{ age: 31, city: 'Rome' }, { age: null, city: 'Oslo' }]))
 * columns.map(({ name, missing, numbers }) => [name, missing, numbers]) // => [['age', 1, 1], ['city', 0, 0]]
 */
export async function profileTable(source: TableSource, options: ProfileOptions = {}): Promise<TableProfile> {
  const isMissing = missingTest(options.missingTexts)
  const columns = source.columns.map((name) => new ColumnCounter(name, source.decimal))
  let rowCount = 0
  for await (const chunk of source.chunks()) {
    rowCount += chunk.rowCount
    for (let index = 0; index < columns.length; index++) {
      const [counter, cells] = [columns[index]!, chunk.columns[index]!]
      for (let row = 0; row < chunk.rowCount; row++) {
        const cell = cells[row]
        if (isMissing(cell)) counter.skip(cell)
        else counter.add(cell)
      }
    }
  }
  const { name, decimal } = source
  return { name, rowCount, ...(decimal && { decimal }), columns: columns.map((counter) => counter.finish()) }
}

class ColumnCounter {
  private missing = 0
  private readonly missingTexts = new Map<string, number>()
  private count = 0
  private values: Map<string, number> | undefined = new Map()
  private readonly odd = new Set<string>()
  private readonly byMark = { '.': new Moments(), ',': new Moments() }
  private integers = 0
  private booleans = 0
  private truths = 0
  private arrays = 0
  private numberArrays = 0
  private readonly arrayShapes = new Set<string>()
  private readonly formed = formedKinds()
  private readonly forms: Record<string, number> = {}
  private dates: readonly DateOrder[] = orders
  private texts = 0
  private words = 0
  private counts = true
  private last: number | undefined

  constructor(
    private readonly name: string,
    private readonly decimal: '.' | ',' | undefined,
  ) {}

  skip(cell: Cell): void {
    this.missing++
    const text = typeof cell === 'string' ? cell.trim() : ''
    if (text !== '') this.missingTexts.set(text, (this.missingTexts.get(text) ?? 0) + 1)
  }

  add(cell: Cell): void {
    this.count++
    if (typeof cell === 'object' && cell !== null && !(cell instanceof Date)) {
      this.countArray(cell)
      this.dates = []
      return
    }
    if (typeof cell === 'boolean') this.truths++
    const text = typeof cell === 'number' ? cell : textOf(cell)
    this.countValue(cell)
    const value = this.readNumber(cell, text)
    if (value !== undefined) {
      if (Number.isInteger(value)) this.integers++
      this.counts &&= this.last === undefined || value === this.last + 1
      this.last = value
    } else this.counts = false
    if (this.booleans === this.count - 1 && boolean.read(cell, { kind: 'boolean' }) !== undefined) this.booleans++
    if (typeof text === 'number') {
      this.dates = []
      return
    }
    if (this.dates.length > 0 && !(cell instanceof Date))
      this.dates = this.dates.filter((order) => readDate(text, order) !== undefined)
    if (value !== undefined) return
    for (const { name, hasForm } of this.formed) if (hasForm!(text)) this.forms[name] = (this.forms[name] ?? 0) + 1
    if (this.odd.size < maxOdd) this.odd.add(text)
    if (this.texts < maxTexts) {
      this.texts++
      this.words += wordsOf(text).length
    }
  }

  finish(): ColumnProfile {
    const { name, count, missing, integers, booleans, truths, arrays, numberArrays, counts, odd } = this
    const decimal = this.byMark[','].count > this.byMark['.'].count ? ',' : '.'
    const numbers = this.byMark[decimal]
    const values = [...(this.values ?? [])].sort(([, n], [, m]) => m - n)
    return {
      name,
      count,
      missing,
      distinct: this.values?.size,
      missingTexts: [...this.missingTexts].sort(([, n], [, m]) => m - n),
      values,
      numbers: numbers.count,
      integers,
      booleans,
      truths,
      arrays,
      numberArrays,
      arrayShapes: this.arrayShapes.size,
      forms: this.forms,
      // numbers without a mark, such as 20240310, are no dates
      dates: count > 0 && numbers.count < count ? this.dates[0] : undefined,
      decimal,
      odd: [...odd],
      low: numbers.count === 0 ? 0 : numbers.low,
      high: numbers.count === 0 ? 0 : numbers.high,
      mean: numbers.mean,
      deviation: numbers.deviation,
      median: numbers.quantile(0.5),
      counts: counts && count > 1,
      words: this.texts === 0 ? 0 : this.words / this.texts,
    }
  }

  private countArray(cell: object): void {
    this.arrays++
    const value = array.read(cell, { kind: 'array' })
    if (!value) return
    this.numberArrays++
    if (this.arrayShapes.size < 2) this.arrayShapes.add(String(value.shape))
  }

  private countValue(cell: Cell): void {
    if (!this.values) return
    const name = categoryText(cell)
    this.values.set(name, (this.values.get(name) ?? 0) + 1)
    if (this.values.size > maxDistinct) this.values = undefined
  }

  /** Reads a number with each decimal mark, as long as it is not known which is right. */
  private readNumber(cell: Cell, text: string | number): number | undefined {
    if (typeof text === 'number' || typeof cell !== 'string') {
      const value = Number(cell instanceof Date ? Number.NaN : cell)
      if (!Number.isFinite(value)) return undefined
      this.byMark['.'].add(value)
      return value
    }
    let found: number | undefined
    for (const mark of this.decimal ? [this.decimal] : (['.', ','] as const)) {
      const value = readNumber(text, mark)
      if (value === undefined) continue
      this.byMark[mark].add(value)
      found ??= value
    }
    return found
  }
}
