import './src/backend.ts'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { formatFileName } from '@gradus/callbacks/format'
import { type ArrayData, type ModelSpec, toHostArray } from '@gradus/core'
import { compile, datasets, fromSpec, ops, readCsv, standard, type Tensor, tensor } from 'gradus'
import { decodeSafetensors, fromKeras, readModelFile } from 'gradus/io'
import { afterAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../apps/cli/src/config/read-config.ts'
import { machineFiles } from '../../packages/callbacks/src/platform-files.ts'
import { NewGroup } from '../../packages/keras-files/src/hdf5/new-group.ts'
import { readHdf5 } from '../../packages/keras-files/src/hdf5/read-hdf5.ts'
import { writeHdf5 } from '../../packages/keras-files/src/hdf5/write-hdf5.ts'
import { deepList } from './src/hostile.ts'

const folder = mkdtempSync(join(tmpdir(), 'gradus-limits-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const config = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return readConfig(name, folder)
}

/** A file of zeros, which takes no place on the disk. */
const empty = (name: string, bytes: number) => {
  const path = join(folder, name)
  writeFileSync(path, '')
  truncateSync(path, bytes)
  return path
}

function* repeated(first: string, piece: string, times: number, last: string): Generator<string> {
  yield first
  for (let i = 0; i < times; i++) yield piece
  yield last
}

interface Trial {
  /** Reads input of a size. */
  read(size: number): unknown
  /** Set where input at the limit takes gigabytes, so that only larger input is tried. */
  readonly onlyBeyond?: true
}

const columns = { a: 'string' } as const

/** By the beginning of a row. */
const trials: Readonly<Record<string, Trial>> = {
  'nested lists and objects in a config': { read: (depth) => fromKeras({ config: deepList(depth - 1) }) },
  'lists and objects in such data': { read: (count) => fromKeras(Array.from({ length: count - 1 }, () => [])) },
  'characters of a Keras config': {
    read: (length) => fromKeras({ config: {}, training_config: '{}'.padEnd(length) }),
    onlyBeyond: true,
  },
  'nested lists and objects in the options': {
    // the options and the values in the innermost list are levels too
    read: (depth) => standard.parse('layer', { layer: 'Operation', operation: 'add', args: deepList(depth - 1) }),
  },
  'nested lists of values': {
    read(depth) {
      tensor(deepList(depth) as number[]).dispose()
      return toHostArray(deepList(depth) as ArrayData, 'x')
    },
  },
  'characters of the name': {
    read(length) {
      const name = 'x'.repeat(length)
      const layers = [{ name, spec: { layer: 'Input', shape: [1] }, calls: [] }]
      return fromSpec({ model: 'Functional', inputs: [name, 0, 0], outputs: [name, 0, 0], layers } as ModelSpec)
    },
  },
  'bytes of a config file': { read: (bytes) => config('a.json', '{}'.padEnd(bytes)) },
  'uses of one alias': { read: (count) => config('a.yaml', `a: &a [x]\nb: [${'*a, '.repeat(count)}]\n`) },
  'bytes of a model file': { read: (bytes) => readModelFile(empty('a.safetensors', bytes)), onlyBeyond: true },
  'bytes of a log': { read: (bytes) => machineFiles.read(empty('log.csv', bytes)) },
  'bytes of the header': {
    read(length) {
      const bytes = new Uint8Array(8 + length).fill(0x20)
      new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
      bytes.set([0x7b, 0x7d], 8)
      return decodeSafetensors(bytes)
    },
  },
  'bytes that the files of a data set': {
    read: (bytes) => datasets.imdb.getWordIndex({ from: gzipSync(new Uint8Array(bytes), { level: 1 }) }),
    onlyBeyond: true,
  },
  'nested groups of an HDF5 file': {
    read(depth) {
      const root = new NewGroup()
      root.at('g/'.repeat(depth))
      let group: ReturnType<typeof readHdf5> | undefined = readHdf5(writeHdf5(root))
      while (group) group = group.group('g')
    },
  },
  'elements of a computed tensor': {
    // 2 ** 31 elements
    read: () => compile((x: Tensor) => ops.sum(ops.broadcastTo(x, [2 ** 16, 2 ** 15])))(ops.ones([1])),
    onlyBeyond: true,
  },
  'numbers in a weight': {
    // on shapes alone: the weight is not made
    read: (size) =>
      fromSpec({
        model: 'Sequential',
        layers: [{ layer: 'Dense', units: size, inputShape: [1] }],
      } as ModelSpec).getLayer(0),
  },
  'width and decimals': {
    read: (digits) => formatFileName(`{loss:${digits}.${digits}f}`, { integers: {}, figures: { loss: 1 } }),
  },
  'characters of a cell': { read: (length) => readCsv(`a\n${'1'.repeat(length)}\n`, { columns }) },
  'cells in a line': {
    read: (count) => readCsv(`a${','.repeat(count - 1)}\n1${','.repeat(count - 1)}\n`, { columns }),
  },
  'lines of CSV': {
    // the header, a line of values and empty lines
    read(count) {
      const empty = count - 2
      const rest = '\n'.repeat(empty % 2 ** 16)
      return readCsv(repeated(`a\n${rest}`, '\n'.repeat(2 ** 16), Math.floor(empty / 2 ** 16), '1\n'), { columns })
    },
  },
  'numbers and characters in the columns': {
    // each line counts its text and 1
    read(size) {
      const line = `${'1'.repeat(2 ** 16 - 1)}\n`
      return readCsv(repeated('a\n', line, Math.ceil(size / 2 ** 16), '1\n'), { columns })
    },
  },
}

const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| (.+?) \| ([\d ]+) \| (.+) \|$/gm)].map(([, input, limit, error]) => ({
  input: input!,
  limit: Number(limit!.replaceAll(' ', '')),
  error: error!,
}))

describe('docs/limits.md', () => {
  it('has a row for each trial, and a trial for each row', () => {
    expect(rows.map(({ input }) => Object.keys(trials).filter((start) => input.startsWith(start)).length)).toEqual(
      Object.keys(trials).map(() => 1),
    )
  })

  it.each(rows)('$input: $limit', { timeout: 120_000 }, async ({ input, limit, error }) => {
    const { read, onlyBeyond } = Object.entries(trials).find(([start]) => input.startsWith(start))![1]
    if (!onlyBeyond) await read(limit)
    const thrown = await Promise.resolve()
      .then(() => read(limit + 1))
      .then(() => undefined)
      .catch((reason: unknown) => reason as Error)
    const [kinds, message] = error.split(/: (.*)/)
    expect(thrown).toBeInstanceOf(Error)
    expect(kinds).toContain(thrown!.name)
    expect(thrown!.message).toContain(message)
  })
})
