import type { DateOrder } from './kinds/read-date.ts'

/** What the cells of a column are. Counts are of cells that are not missing, unless their name says otherwise. */
export interface ColumnProfile {
  readonly name: string
  readonly count: number
  readonly missing: number
  /** The number of different values; undefined if there are more than 10 000. */
  readonly distinct: number | undefined
  /** The texts that mean a missing value, without the empty one, by their frequency. */
  readonly missingTexts: readonly (readonly [text: string, count: number])[]
  /** The values by their frequency, the most frequent first. */
  readonly values: readonly (readonly [text: string, count: number])[]
  readonly numbers: number
  readonly integers: number
  readonly booleans: number
  /** The number of cells that are `true` or `false` and no texts or numbers. */
  readonly truths: number
  readonly arrays: number
  /** The number of arrays of which all elements are numbers. */
  readonly numberArrays: number
  /** The number of different shapes of these, up to 2. */
  readonly arrayShapes: number
  /** By kind of columns: the number of texts that have the form of its values, such as paths of images. */
  readonly forms: Readonly<Record<string, number>>
  /** The order of day, month and year in which all cells are dates. */
  readonly dates: DateOrder | undefined
  /** The decimal mark with which most cells are numbers. */
  readonly decimal: '.' | ','
  /** Values that are no numbers, up to 20. */
  readonly odd: readonly string[]
  /** Of the numbers. */
  readonly low: number
  readonly high: number
  readonly mean: number
  readonly deviation: number
  readonly median: number
  /** Whether each number is that of the row before plus 1. */
  readonly counts: boolean
  /** The mean number of words, of the first 1000 texts. */
  readonly words: number
}

/** What a table holds. */
export interface TableProfile {
  readonly name: string
  readonly rowCount: number
  /** The decimal mark of the source, where it says one. */
  readonly decimal?: '.' | ','
  readonly columns: readonly ColumnProfile[]
}
