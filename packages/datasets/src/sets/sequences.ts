import { DataError, FormatError, joinFields, type numpyOrders } from '@gradus/core'
import type { NpyArray } from '../formats/dtype.ts'
import type { Published } from './published.ts'
import { loadFields, openFiles } from './source.ts'
import type { LoadOptions } from './types.ts'
import { labelsOf } from './values.ts'

/** Options of data sets of texts, with Keras's names. */
export interface SequenceOptions extends LoadOptions {
  /** Words from this number on become `oovChar` (default: the largest number). */
  readonly numWords?: number
  /** Words below this number become `oovChar` (default 0). */
  readonly skipTop?: number
  /** Sequences that are not shorter are left out. */
  readonly maxlen?: number
  /** The seed of the order of the samples (default 113); the same seed gives the order of Keras. */
  readonly seed?: number
  /** The number that begins each sequence (default 1); `null`: none. */
  readonly startChar?: number | null
  /** The number for words that are left out (default 2); `null`: they are removed. */
  readonly oovChar?: number | null
  /** What is added to the numbers of words (default 3). */
  readonly indexFrom?: number
}

const whole = { type: 'integer', min: 0 } as const

/** The fields of `SequenceOptions`. */
export const sequenceFields = /* @__PURE__ */ joinFields(loadFields, {
  numWords: whole,
  skipTop: whole,
  maxlen: whole,
  seed: { type: 'integer', min: 0, max: 0xffffffff },
  startChar: 'integer',
  oovChar: 'integer',
  indexFrom: 'integer',
} as const)

/** Sequences with their labels. */
export interface Labeled {
  readonly sequences: number[][]
  readonly labels: number[]
}

/** Shuffled sequences, with the start character and numbers from `indexFrom`, without those that are too long. */
export function ordered(
  [x, y]: readonly [NpyArray, NpyArray],
  name: string,
  orderOf: ReturnType<typeof numpyOrders>,
  options: SequenceOptions,
): Labeled {
  const { startChar = 1, indexFrom = 3, maxlen } = options
  const sequences = sequencesOf(x, name)
  const labels = labelsOf(y, name)
  if (labels.length !== sequences.length) {
    throw new FormatError(`${name} has ${sequences.length} sequences and ${labels.length} labels.`)
  }
  const result: Labeled = { sequences: [], labels: [] }
  for (const index of orderOf(labels.length)) {
    const words = sequences[index]!.map((word) => word + indexFrom)
    if (startChar !== null) words.unshift(startChar)
    if (maxlen && words.length >= maxlen) continue
    result.sequences.push(words)
    result.labels.push(labels[index]!)
  }
  if (maxlen && result.labels.length === 0) {
    throw new DataError(`No sequence of ${name} is shorter than 'maxlen', ${maxlen}. Increase it.`)
  }
  return result
}

/** The sequences with `oovChar` for words that are too frequent or too rare. */
export function limited(sequences: readonly number[][], options: SequenceOptions): number[][] {
  const { skipTop = 0, oovChar = 2, numWords } = options
  const limit = numWords || sequences.reduce((most, words) => words.reduce((a, b) => Math.max(a, b), most), 0)
  const isKept = (word: number) => word >= skipTop && word < limit
  return sequences.map((words) => {
    return oovChar === null ? words.filter(isKept) : words.map((word) => (isKept(word) ? word : oovChar))
  })
}

/** The lists of whole numbers that an array of NumPy holds. */
function sequencesOf({ values, shape }: NpyArray, name: string): readonly (readonly number[])[] {
  const isList = (words: unknown) => Array.isArray(words) && words.every((word) => Number.isSafeInteger(word))
  if (shape.length !== 1 || !values?.every(isList)) throw new FormatError(`${name} holds no lists of whole numbers.`)
  return values as readonly (readonly number[])[]
}

/** The numbers of words by word, from a JSON file. */
export async function wordIndex(published: Published, options: LoadOptions): Promise<{ [word: string]: number }> {
  const files = await openFiles(published, options)
  const [name, read] = [...files][0] ?? []
  const text = new TextDecoder().decode(await read?.())
  const index: unknown = parsed(text)
  const isIndex = typeof index === 'object' && index !== null && Object.values(index).every(Number.isSafeInteger)
  if (!isIndex) throw new FormatError(`${name} is no JSON object of numbers of words.`)
  return index as { [word: string]: number }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
