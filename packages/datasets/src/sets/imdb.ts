import { checkFields, numpyOrders } from '@gradus/core'
import { readNpy } from '../formats/npy.ts'
import type { Published } from './published.ts'
import { type Labeled, limited, ordered, type SequenceOptions, sequenceFields, wordIndex } from './sequences.ts'
import { kerasRoot, loadFields, openFiles, requireFile } from './source.ts'
import type { LoadOptions, SequenceSet } from './types.ts'

const published: Published = {
  name: 'imdb',
  forms: [
    {
      root: kerasRoot,
      files: [{ name: 'imdb.npz', hash: '69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f' }],
    },
  ],
}

const publishedIndex: Published = {
  name: 'imdb',
  forms: [{ root: kerasRoot, files: [{ name: 'imdb_word_index.json', hash: 'bfafd718b763782e994055a2d397834f' }] }],
}

async function load(options: SequenceOptions = {}): Promise<SequenceSet> {
  checkFields('imdb.load', options, sequenceFields)
  const files = await openFiles(published, loadOptionsOf(options))
  const array = async (name: string) => readNpy(await requireFile(files, name, published), name)
  const orderOf = numpyOrders(options.seed ?? 113)
  const read = async (part: string) => {
    return ordered([await array(`x_${part}.npy`), await array(`y_${part}.npy`)], `${part} of imdb`, orderOf, options)
  }
  const [train, test] = [await read('train'), await read('test')]
  const all = limited([...train.sequences, ...test.sequences], options)
  const count = train.sequences.length
  return { train: withLabels(all.slice(0, count), train), test: withLabels(all.slice(count), test) }
}

/** Sequences with the labels of samples. */
function withLabels(x: number[][], { labels }: Labeled): SequenceSet['train'] {
  return { x, y: { data: Int32Array.from(labels), shape: [labels.length], dtype: 'int32' } }
}

/** The options of `load` that all data sets have. */
export function loadOptionsOf(options: LoadOptions): LoadOptions {
  return Object.fromEntries(Object.entries(options).filter(([key]) => Object.hasOwn(loadFields, key)))
}

async function getWordIndex(options: LoadOptions = {}): Promise<{ [word: string]: number }> {
  checkFields('imdb.getWordIndex', options, loadFields)
  return wordIndex(publishedIndex, options)
}

/**
 * IMDB: 25 000 reviews of films to train and 25 000 to test, as lists of word numbers, with 1 for a good and 0 for a bad review.
 * `load()` returns `{ train, test }` in the order of Keras; `x` is a list of sequences, for `padSequences`. Words are numbered by
 * frequency, from 1; `indexFrom`, 3, is added. `getWordIndex()` returns the numbers by word, without it. Keras:
 * `datasets.imdb.load_data`. Source: Maas et al. 2011.
 *
 * @example
 * import { imdb } from '@gradus/datasets'
 * Object.keys(imdb) // => ['load', 'getWordIndex']
 */
export const imdb = { load, getWordIndex }
