import { checkFields } from '@gradus/core'
import { idxNames, readIdxSet } from './mnist.ts'
import type { Published } from './published.ts'
import { kerasRoot, loadFields, openFiles } from './source.ts'
import type { ImageSet, LoadOptions } from './types.ts'

const hashes = [
  '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
  '25c81989df183df01b3e8a0aad5dffbe',
  'bef4ecab320f06d8554ea6380940ec79',
  'bb300cfdad3c16e7a12a480ee83cd310',
]

const files = /* @__PURE__ */ (() => idxNames.map((name, i) => ({ name: `${name}.gz`, hash: hashes[i]! })))()

const published: Published = /* @__PURE__ */ (() => ({
  name: 'fashionMnist',
  folder: 'fashion-mnist',
  forms: [
    { root: kerasRoot, files },
    { root: 'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/', files },
    { files: idxNames.map((name) => ({ name })) },
  ],
}))()

async function load(options: LoadOptions = {}): Promise<ImageSet> {
  checkFields('fashionMnist.load', options, loadFields)
  return readIdxSet(await openFiles(published, options), published)
}

/**
 * Fashion-MNIST: 60 000 images of clothes to train and 10 000 to test, in the form of `mnist`. The classes are T-shirt, trouser,
 * pullover, dress, coat, sandal, shirt, sneaker, bag and ankle boot. `load` throws the errors of `mnist.load`. Keras:
 * `datasets.fashion_mnist.load_data`. Source: Xiao, Rasul and Vollgraf 2017 (MIT license).
 *
 * @example
 * import { fashionMnist } from '@gradus/datasets'
 * Object.keys(fashionMnist) // => ['load']
 */
export const fashionMnist = { load }
