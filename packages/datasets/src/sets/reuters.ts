import { checkFields, numpyOrders } from '@gradus/core'
import { readNpy } from '../formats/npy.ts'
import { loadOptionsOf } from './imdb.ts'
import type { Published } from './published.ts'
import { limited, ordered, type SequenceOptions, sequenceFields, wordIndex } from './sequences.ts'
import { kerasRoot, loadFields, openFiles, requireFile } from './source.ts'
import type { LoadOptions, SequenceSet } from './types.ts'
import { requireSplit } from './values.ts'

const published: Published = {
  name: 'reuters',
  forms: [
    {
      root: kerasRoot,
      files: [{ name: 'reuters.npz', hash: 'd6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916' }],
    },
  ],
}

const publishedIndex: Published = {
  name: 'reuters',
  forms: [{ root: kerasRoot, files: [{ name: 'reuters_word_index.json', hash: '4d44cc38712099c9e383dc6e5f11a921' }] }],
}

/** Options of `reuters.load`. */
export interface ReutersOptions extends SequenceOptions {
  /** The fraction of the samples to test with (default 0.2). */
  readonly testSplit?: number
}

async function load(options: ReutersOptions = {}): Promise<SequenceSet> {
  checkFields('reuters.load', options, { ...sequenceFields, testSplit: 'number' })
  const { testSplit = 0.2 } = options
  requireSplit('reuters.load', testSplit)
  const files = await openFiles(published, loadOptionsOf(options))
  const array = async (name: string) => readNpy(await requireFile(files, name, published), name)
  const { sequences, labels } = ordered(
    [await array('x.npy'), await array('y.npy')],
    'reuters',
    numpyOrders(options.seed ?? 113),
    options,
  )
  const all = limited(sequences, options)
  const count = Math.trunc(all.length * (1 - testSplit))
  const part = (from: number, to: number): SequenceSet['train'] => {
    const y = Int32Array.from(labels.slice(from, to))
    return { x: all.slice(from, to), y: { data: y, shape: [y.length], dtype: 'int32' } }
  }
  return { train: part(0, count), test: part(count, all.length) }
}

async function getWordIndex(options: LoadOptions = {}): Promise<{ [word: string]: number }> {
  checkFields('reuters.getWordIndex', options, loadFields)
  return wordIndex(publishedIndex, options)
}

const topics =
  'cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass crude nat-gas cpi ' +
  'money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop ' +
  'zinc orange pet-chem dlr gas silver wpi hog lead'

function getLabelNames(): string[] {
  return topics.split(' ')
}

/**
 * Reuters: 11 228 news of 46 topics, as lists of word numbers, in the form of `imdb`. `load()` returns `{ train, test }` in the order
 * of Keras, `getWordIndex()` the numbers by word, `getLabelNames()` the names of the topics. Keras: `datasets.reuters.load_data`.
 * Source: Reuters-21578, Lewis 1997.
 *
 * @example
 * import { reuters } from '@gradus/datasets'
 * reuters.getLabelNames()[3] // => 'earn'
 */
export const reuters = { load, getWordIndex, getLabelNames }
