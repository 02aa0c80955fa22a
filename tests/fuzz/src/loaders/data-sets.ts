import '../backend.ts'
import { readFileSync } from 'node:fs'
import { datasets, decodeWav } from 'gradus'
import { tar, tarGz, zip } from '../../../../packages/datasets/src/testing/archives.ts'
import { loader } from '../loader.ts'
import { mutatedBytes } from '../mutate-bytes.ts'

const recorded = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../packages/datasets/src/recorded/${name}`, import.meta.url), 'utf8'))
const bytesOf = (base64: string) => Uint8Array.from(Buffer.from(base64, 'base64'))

const { files } = recorded('keras.json') as { files: Record<'imdb' | 'reuters' | 'bostonHousing', string> }
const { cifar } = recorded('numpy.json') as { cifar: string }

const header =
  'RIFF\x28\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x04\0\0\0\0\x40\0\xc0'

export const sound = loader({
  name: 'a WAV file',
  covers: ['decodeWav'],
  cases: mutatedBytes([Uint8Array.from(header, (c) => c.charCodeAt(0))]),
  read: (bytes) => decodeWav(bytes),
})

export const sequences = loader({
  name: 'sequences in a pickle in an .npz file',
  covers: [],
  cases: mutatedBytes([bytesOf(files.imdb)]),
  read: (from) => datasets.imdb.load({ from }),
})

export const table = loader({
  name: 'a table in an .npz file',
  covers: [],
  cases: mutatedBytes([bytesOf(files.bostonHousing)]),
  read: (from) => datasets.bostonHousing.load({ from }),
})

const idx = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4)
const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7)
const images = ['train', 't10k'].flatMap((part) => [
  { name: `${part}-images-idx3-ubyte`, data: idx },
  { name: `${part}-labels-idx1-ubyte`, data: labels },
])

export const digits = loader({
  name: 'IDX files in an archive',
  covers: [],
  cases: mutatedBytes([tar(images), tarGz(images), zip(images), zip(images, true)]),
  read: (from) => datasets.mnist.load({ from }),
})

const batches = ['train', 'test'].map((name) => ({ name, data: bytesOf(cifar) }))

export const pictures = loader({
  name: 'pickles in an archive',
  covers: [],
  cases: mutatedBytes([zip(batches, true)]),
  read: (from) => datasets.cifar100.load({ from }),
})
