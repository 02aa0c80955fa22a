import { textOf } from '../cell.ts'
import { indexOf } from './category.ts'
import { type ColumnKind, type ColumnState, isNumber, isTexts } from './kind.ts'

/** The words of a column and how rare they are. */
export interface TextState extends ColumnState {
  readonly words: readonly string[]
  /** By word: `log((1 + texts) / (1 + texts with the word)) + 1`. */
  readonly rarity: readonly number[]
}

/** The number of words that are kept if `maxSize` is not given: more of many texts, as long as their numbers fit in memory. */
function defaultSize(texts: number): number {
  return Math.max(1000, Math.min(3000, Math.floor(texts / 2.5), Math.floor(5e7 / texts)))
}

/** Texts. One number for each of the frequent words: how often it occurs times its rarity, so that the squares of a text sum to 1 (TF-IDF). */
export const text: ColumnKind<string, TextState> = {
  name: 'text',
  likelihood: ({ words }) => (words >= 2 ? 0.3 : 0),
  isState: ({ words, rarity }) =>
    isTexts(words) && Array.isArray(rarity) && rarity.length === words.length && rarity.every(isNumber),
  expected: () => 'a text',
  read: (cell) => textOf(cell),
  learn({ maxSize }) {
    const counts = new Map<string, number>()
    let texts = 0
    return {
      add(value) {
        texts++
        for (const word of new Set(wordsOf(value ?? ''))) counts.set(word, (counts.get(word) ?? 0) + 1)
      },
      finish() {
        // a word of one text alone says nothing about others; where there are no others, the input is not left empty
        const repeated = texts < 100 ? [] : [...counts].filter(([, count]) => count > 1)
        const frequent = repeated.length > 0 ? repeated : [...counts]
        frequent.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
        const kept = frequent.slice(0, maxSize ?? defaultSize(texts))
        return {
          words: kept.map(([word]) => word),
          rarity: kept.map(([, count]) => Math.log((1 + texts) / (1 + count)) + 1),
        }
      },
    }
  },
  describe: ({ words }) => `${words.length} word${words.length === 1 ? '' : 's'}`,
  labels: (name, { words }) => words.map((word) => `${name}: ${word}`),
  encode(value, { words, rarity }, out, at) {
    let squares = 0
    const found = new Map<number, number>()
    for (const word of wordsOf(value ?? '')) {
      const index = indexOf(words, word)
      if (index >= 0) found.set(index, (found.get(index) ?? 0) + rarity[index]!)
    }
    for (const weight of found.values()) squares += weight * weight
    for (const [index, weight] of found) out[at + index] = weight / Math.sqrt(squares)
  },
  show: (numbers, { words }, at) => words.filter((_, index) => numbers[at + index]).join(' '),
}

/** The words of a text: runs of letters, digits and apostrophes, in lower case. */
export function wordsOf(value: string): string[] {
  return value.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}']*/gu) ?? []
}
