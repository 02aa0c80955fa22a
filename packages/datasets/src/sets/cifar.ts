import { checkFields, FormatError } from '@gradus/core'
import { readPickle } from '../formats/pickle.ts'
import type { Files } from './files.ts'
import type { Published } from './published.ts'
import { loadFields, openFiles, requireFile } from './source.ts'
import type { ImageSet, LoadOptions, Part } from './types.ts'

const root = 'https://www.cs.toronto.edu/~kriz/'
const pixels = 3072

const batches = /* @__PURE__ */ (() => [1, 2, 3, 4, 5].map((i) => `data_batch_${i}`))()

// the checksums of the binary files are the publisher's, those of the Python files Keras's
const published10: Published = /* @__PURE__ */ (() => ({
  name: 'cifar10',
  forms: [
    { root, files: [{ name: 'cifar-10-binary.tar.gz', hash: 'c32a1d4ab5d03f1284b67883e8d87530' }] },
    {
      root,
      files: [
        { name: 'cifar-10-python.tar.gz', hash: '6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce' },
      ],
    },
  ],
  members: [...batches, 'test_batch'].flatMap((name) => [`${name}.bin`, name]),
}))()

const published100: Published = /* @__PURE__ */ (() => ({
  name: 'cifar100',
  forms: [
    { root, files: [{ name: 'cifar-100-binary.tar.gz', hash: '03b5dce01913d631647c71ecec9e9cb8' }] },
    {
      root,
      files: [
        { name: 'cifar-100-python.tar.gz', hash: '85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7' },
      ],
    },
  ],
  members: ['train.bin', 'test.bin', 'train', 'test'],
}))()

/** Options of `cifar100.load`. */
export interface Cifar100Options extends LoadOptions {
  /** Whether labels are one of 100 classes, or of the 20 groups of classes (default `fine`). */
  readonly labelMode?: 'fine' | 'coarse'
}

async function loadCifar10(options: LoadOptions = {}): Promise<ImageSet> {
  checkFields('cifar10.load', options, loadFields)
  const files = await openFiles(published10, options)
  const read = reader(files, published10, { count: 1, position: 0, key: 'labels' })
  return { train: await read(batches), test: await read(['test_batch']) }
}

async function loadCifar100(options: Cifar100Options = {}): Promise<ImageSet> {
  checkFields('cifar100.load', options, { ...loadFields, labelMode: { oneOf: ['fine', 'coarse'] } })
  const { labelMode = 'fine', ...others } = options
  const files = await openFiles(published100, others)
  const labels = { count: 2, position: labelMode === 'fine' ? 1 : 0, key: `${labelMode}_labels` }
  const read = reader(files, published100, labels)
  return { train: await read(['train']), test: await read(['test']) }
}

/** Where the label stands: in binary files before the pixels, in pickles by a key. */
interface Labels {
  readonly count: number
  readonly position: number
  readonly key: string
}

function reader(files: Files, published: Published, labels: Labels) {
  const binary = files.has('test_batch.bin') || files.has('test.bin')
  return async (names: readonly string[]): Promise<ImageSet['train']> => {
    const parts: Part<Uint8Array, Uint8Array>[] = []
    for (const name of names) {
      const file = binary ? `${name}.bin` : name
      const bytes = await requireFile(files, file, published)
      parts.push(binary ? fromRecords(bytes, file, labels) : fromPickle(bytes, file, labels))
    }
    const count = parts.reduce((sum, { y }) => sum + y.length, 0)
    const [x, y] = [new Uint8Array(count * pixels), new Uint8Array(count)]
    let at = 0
    for (const part of parts) {
      channelsLast(part.x, x, at * pixels)
      y.set(part.y, at)
      at += part.y.length
    }
    return {
      x: { data: x, shape: [count, 32, 32, 3], dtype: 'float32' },
      y: { data: y, shape: [count, 1], dtype: 'int32' },
    }
  }
}

function fromRecords(bytes: Uint8Array, name: string, { count, position }: Labels): Part<Uint8Array, Uint8Array> {
  const width = count + pixels
  if (bytes.length === 0 || bytes.length % width !== 0) {
    throw new FormatError(`${name} has ${bytes.length} bytes; expected records of ${width}. It is incomplete.`)
  }
  const samples = bytes.length / width
  const x = new Uint8Array(samples * pixels)
  const y = new Uint8Array(samples)
  for (let i = 0; i < samples; i++) {
    y[i] = bytes[i * width + position]!
    x.set(bytes.subarray(i * width + count, (i + 1) * width), i * pixels)
  }
  return { x, y }
}

function fromPickle(bytes: Uint8Array, name: string, { key }: Labels): Part<Uint8Array, Uint8Array> {
  const batch = readPickle(bytes, name)
  const [images, labels] = batch instanceof Map ? [batch.get('data'), batch.get(key)] : []
  const x = typeof images === 'object' && images !== null && 'kind' in images ? images.data : undefined
  const isList = Array.isArray(labels) && labels.every((label) => Number.isInteger(label) && label >= 0 && label < 256)
  if (!(x instanceof Uint8Array) || !isList || x.length !== labels.length * pixels) {
    throw new FormatError(`${name} has no images of 32 x 32 pixels in 'data' with as many labels in '${key}'.`)
  }
  return { x, y: Uint8Array.from(labels as number[]) }
}

/** Writes images that have a plane for each channel as pixels with three channels. */
function channelsLast(images: Uint8Array, target: Uint8Array, start: number): void {
  for (let image = 0; image < images.length; image += pixels) {
    for (let channel = 0; channel < 3; channel++) {
      const plane = image + channel * 1024
      for (let i = 0; i < 1024; i++) target[start + image + i * 3 + channel] = images[plane + i]!
    }
  }
}

/**
 * CIFAR-10: 50 000 color images of 10 classes to train and 10 000 to test. `load()` returns `{ train, test }`; `x` has the bytes of
 * the pixels, `[samples, 32, 32, 3]`, `y` the classes, `[samples, 1]`: airplane, automobile, bird, cat, deer, dog, frog, horse, ship,
 * truck. `load` throws `DataError` if the file cannot be downloaded or read, and `FormatError` if it is damaged. Keras:
 * `datasets.cifar10.load_data`. Source: Krizhevsky 2009.
 *
 * @example
 * import { cifar10 } from '@gradus/datasets'
 * Object.keys(cifar10) // => ['load']
 */
export const cifar10 = { load: loadCifar10 }

/**
 * CIFAR-100: like `cifar10`, with 100 classes in 20 groups; `labelMode` chooses which of the two are the labels. Keras:
 * `datasets.cifar100.load_data`. Source: Krizhevsky 2009.
 *
 * @example
 * import { cifar100 } from '@gradus/datasets'
 * Object.keys(cifar100) // => ['load']
 */
export const cifar100 = { load: loadCifar100 }
