import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpu } from '@gradus/backend-cpu'
import { crc32, crc32c, input } from '@gradus/core'
import { Concatenate, Dense, Embedding, Flatten } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { Model, Sequential } from '@gradus/models'
import { Adam, SGD } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { ScriptedModel } from '../../../tests/recorded/scripted-model.ts'
import { summaryRecord, versionRecord } from './event-file.ts'
import { histogramValue, scalarValue, weightImageValue } from './summary-values.ts'
import { TensorBoard } from './tensorboard.ts'
import { play } from './testing/play.ts'
import { checksum, type ReadEvents, readEvents, readPng, readRecords } from './testing/read-events.ts'

let folder: string

beforeAll(() => useBackend(cpu()))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-board-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** Reads the event file of a folder. */
async function eventsIn(part: 'train' | 'validation'): Promise<ReadEvents> {
  const names = await readdir(join(folder, part))
  expect(names).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+\.v2$/)])
  return readEvents(await readFile(join(folder, part, names[0]!)))
}

/** The steps and numbers of the scalars by tag. */
function scalarsOf({ values }: ReadEvents): Record<string, [number, number][]> {
  const scalars: Record<string, [number, number][]> = {}
  for (const { step, tag, plugin, dtype, shape, content } of values) {
    if (plugin !== 'scalars') continue
    expect([dtype, shape]).toEqual([1, []])
    ;(scalars[tag] ??= []).push([step, content[0] as number])
  }
  return scalars
}

const rows = (count: number, width: number) =>
  Array.from({ length: count }, (_, i) => Array.from({ length: width }, (_, j) => Math.sin(i * width + j)))

it('checksums are those of the standards', () => {
  const digits = new TextEncoder().encode('123456789')
  expect(crc32(digits)).toBe(0xcbf43926)
  expect([crc32c(digits), checksum(digits)]).toEqual([0xe3069283, 0xe3069283])
  // RFC 3720, B.4
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43)
})

it('records have the frame of TFRecord, as TensorFlow writes it', () => {
  const bytes = versionRecord()
  expect([...bytes.subarray(0, 8)]).toEqual([24, 0, 0, 0, 0, 0, 0, 0])
  // the checksum of the length 24 in every file of TensorFlow
  expect([...bytes.subarray(8, 12)]).toEqual([0xa3, 0x7f, 0x4b, 0x22])
  expect(readEvents(bytes).version).toBe('brain.Event:2')
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice()
    damaged[at]! ^= 1
    expect(() => readRecords(damaged)).toThrow()
  }
})

it('scalars keep large steps, other letters, and numbers that are not finite', () => {
  const bytes = summaryRecord(2 ** 40, [scalarValue('größe', Number.NaN), scalarValue('b', Number.NEGATIVE_INFINITY)])
  const { values } = readEvents(bytes)
  expect(values.map(({ step, tag, content }) => [step, tag, content[0]])).toEqual([
    [2 ** 40, 'größe', Number.NaN],
    [2 ** 40, 'b', Number.NEGATIVE_INFINITY],
  ])
  expect(readEvents(summaryRecord(-1, [scalarValue('a', 0)])).values[0]!.step).toBe(-1)
})

it('histograms have 30 buckets from the smallest to the largest number', () => {
  const rowsOf = (data: readonly number[]) => {
    const [value] = readEvents(summaryRecord(0, [histogramValue('h', data)])).values
    expect(value).toMatchObject({ plugin: 'histograms', dtype: 2, shape: [30, 3] })
    const numbers = value!.content as number[]
    return Array.from({ length: 30 }, (_, i) => numbers.slice(3 * i, 3 * i + 3))
  }
  const even = rowsOf([0, 30, 15, 15.5, Number.NaN, Number.POSITIVE_INFINITY])
  expect(even[0]).toEqual([0, 1, 1])
  expect(even[15]).toEqual([15, 16, 2])
  expect(even[29]).toEqual([29, 30, 1])
  expect(even.reduce((total, [, , count]) => total + count!, 0)).toBe(4)
  expect(rowsOf([2, 2]).at(-1)).toEqual([2, 2, 2])
  expect(rowsOf([2, 2])[0]).toEqual([2, 2, 0])
  expect(rowsOf([]).at(-1)).toEqual([0, 0, 0])
})

it('weights become images as in Keras', async () => {
  const imagesOf = async (shape: readonly number[], data: readonly number[]) => {
    const weight = { path: 'w', shape, dtype: 'float32', trainable: true, data: Float32Array.from(data) } as const
    const value = await weightImageValue('w', weight)
    if (!value) return undefined
    const [read] = readEvents(summaryRecord(0, [value])).values
    expect(read).toMatchObject({ plugin: 'images', dtype: 7, shape: [read!.content.length] })
    const [width, height, ...files] = read!.content as Uint8Array[]
    const images = files.map(readPng)
    for (const image of images) {
      expect([image.width, image.height].map(String)).toEqual(
        [width, height].map((size) => new TextDecoder().decode(size)),
      )
    }
    return images
  }
  const count = (size: number) => Array.from({ length: size }, (_, i) => i / 255)
  expect(await imagesOf([2, 3], [-1, 0, 0.5, 1, 2, 0.25])).toEqual([
    {
      width: 3,
      height: 2,
      color: 0,
      pixels: [
        [0, 0, 127],
        [255, 255, 63],
      ],
    },
  ])
  expect(await imagesOf([3, 2], count(6))).toMatchObject([
    {
      width: 3,
      pixels: [
        [0, 2, 4],
        [1, 3, 5],
      ],
    },
  ])
  expect(await imagesOf([1, 3], count(3))).toMatchObject([{ width: 1, pixels: [[0], [1], [2]] }])
  const three = await imagesOf([2, 1, 2, 4], count(16))
  expect(three).toHaveLength(3)
  expect(three![1]!.pixels).toEqual([
    [1, 5],
    [9, 13],
  ])
  expect(await imagesOf([2, 2, 2, 3], count(24))).toMatchObject([
    {
      color: 2,
      pixels: [
        [0, 1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10, 11],
      ],
    },
    {
      color: 2,
      pixels: [
        [12, 13, 14, 15, 16, 17],
        [18, 19, 20, 21, 22, 23],
      ],
    },
  ])
  expect(await imagesOf([2, 2, 2, 5], count(40))).toBeUndefined()
  expect(await imagesOf([1], [1])).toBeUndefined()
})

it('writes the figures of epochs, with validation in its own folder', async () => {
  const script = { loss: [3, 2], val_loss: [4, 'NaN' as const] }
  await play([new TensorBoard({ logDir: folder })], { model: new ScriptedModel(), script, batches: 3 })
  const train = await eventsIn('train')
  expect(train.version).toBe('brain.Event:2')
  const rate = Math.fround(0.1)
  expect(scalarsOf(train)).toEqual({
    epoch_loss: [
      [0, 3],
      [1, 2],
    ],
    epoch_learning_rate: [
      [0, rate],
      [1, rate],
    ],
  })
  expect(scalarsOf(await eventsIn('validation'))).toEqual({
    epoch_loss: [
      [0, 4],
      [1, Number.NaN],
    ],
  })
})

it('writes no files for runs without figures', async () => {
  await play([new TensorBoard({ logDir: folder })], { model: new ScriptedModel(), script: {}, epochs: 2 })
  expect(await readdir(folder)).toEqual([])
})

it('writes figures of batches, weights and the graph of a model in training', async () => {
  const x = input({ shape: [4] })
  const hidden = new Dense({ units: 3, name: 'hidden' }).call(x)
  const inner = new Sequential(
    [new Dense({ units: 3, name: 'a', inputShape: [3] }), new Dense({ units: 2, name: 'b' })],
    {
      name: 'inner',
    },
  )
  const shared = new Dense({ units: 3, name: 'shared' })
  const both = new Concatenate({ name: 'both' }).call([inner.call(hidden), shared.call(shared.call(hidden))])
  const model = new Model({ inputs: x, outputs: new Dense({ units: 1, name: 'out' }).call(both) })
  model.compile({ optimizer: new Adam(), loss: new MeanSquaredError() })
  const board = new TensorBoard({
    logDir: folder,
    histogramFreq: 2,
    writeImages: true,
    updateFreq: 'batch',
    writeStepsPerSecond: true,
  })
  const { history } = await model.fit(rows(12, 4), rows(12, 1), {
    epochs: 3,
    batchSize: 3,
    verbose: 0,
    callbacks: [board],
    validationData: [rows(12, 4), rows(12, 1)],
  })
  const train = await eventsIn('train')
  const scalars = scalarsOf(train)
  const perEpoch = (key: string) => history[key]!.map((value, epoch) => [epoch, Math.fround(value)])
  expect(scalars['epoch_loss']).toEqual(perEpoch('loss'))
  expect(scalars['batch_loss']!.map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  expect(scalars['batch_loss']!.at(-1)![1]).toBe(Math.fround(history['loss']![2]!))
  expect(scalars['batch_steps_per_second']!.every(([, value]) => value > 0)).toBe(true)
  expect(scalars['epoch_steps_per_second']).toHaveLength(3)
  const validation = scalarsOf(await eventsIn('validation'))
  expect(validation['epoch_loss']).toEqual(perEpoch('val_loss'))
  expect(validation['evaluation_loss_vs_iterations']!.map(([step]) => step)).toEqual([4, 8, 12])

  const kernels = train.values.filter(({ tag }) => tag.startsWith('inner/a/kernel/'))
  expect(kernels.map(({ tag, step }) => [tag, step])).toEqual([
    ['inner/a/kernel/histogram', 0],
    ['inner/a/kernel/image', 0],
    ['inner/a/kernel/histogram', 2],
    ['inner/a/kernel/image', 2],
  ])
  const weight = (await model.getWeights()).find(({ path }) => /inner.a.kernel/.test(path))!
  expect(kernels[2]!.content[0]).toBe(Math.min(...weight.data))

  expect(train.graph.map(({ name, op, inputs, outputShapes }) => [name, op, inputs, outputShapes])).toEqual([
    ['input_layer', 'InputLayer', [], [[-1, 4]]],
    ['hidden', 'Dense', ['input_layer'], [[-1, 3]]],
    ['inner/a', 'Dense', ['hidden'], [[-1, 3]]],
    ['inner/b', 'Dense', ['inner/a'], [[-1, 2]]],
    ['shared', 'Dense', ['hidden'], [[-1, 3]]],
    ['shared_1', 'Dense', ['shared'], [[-1, 3]]],
    ['both', 'Concatenate', ['inner/b', 'shared_1'], [[-1, 5]]],
    ['out', 'Dense', ['both'], [[-1, 1]]],
  ])
})

it('writes figures every few batches, and continues their steps in a run that continues', async () => {
  const model = new Sequential([new Dense({ units: 1 })])
  model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
  const board = new TensorBoard({ logDir: folder, writeGraph: false, updateFreq: 3 })
  const options = { batchSize: 2, verbose: 0, callbacks: [board] } as const
  await model.fit(rows(8, 2), rows(8, 1), { ...options, epochs: 2 })
  expect(scalarsOf(await eventsIn('train'))['batch_loss']!.map(([step]) => step)).toEqual([3, 6])
  await rm(join(folder, 'train'), { recursive: true })
  await model.fit(rows(8, 2), rows(8, 1), { ...options, initialEpoch: 2, epochs: 4 })
  const scalars = scalarsOf(await eventsIn('train'))
  expect(scalars['batch_loss']!.map(([step]) => step)).toEqual([11, 14])
  expect(scalars['epoch_loss']!.map(([step]) => step)).toEqual([2, 3])
})

it('writes embeddings for the projector', async () => {
  const model = new Sequential([new Embedding({ inputDim: 3, outputDim: 2 }), new Flatten(), new Dense({ units: 1 })])
  model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
  const fit = (embeddingsMetadata: string | Record<string, string>) =>
    model.fit([[1, 2]], [1], {
      verbose: 0,
      callbacks: [new TensorBoard({ logDir: folder, writeGraph: false, embeddingsFreq: 1, embeddingsMetadata })],
    })
  await fit({ embedding: 'labels.tsv' })
  expect(await readFile(join(folder, 'projector_config.pbtxt'), 'utf8')).toBe(
    'embeddings {\n  tensor_name: "embedding/embeddings"\n  tensor_path: "embeddings/embedding-embeddings.tsv"\n  metadata_path: "labels.tsv"\n}\n',
  )
  const table = await readFile(join(folder, 'embeddings/embedding-embeddings.tsv'), 'utf8')
  expect(
    table
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t').length),
  ).toEqual([2, 2, 2])
  await expect(fit({ words: 'a' })).rejects.toThrow('labels for words, and the model has no such Embedding layer')
})

it('a later run gets another file, and a folder that cannot be written is an error', async () => {
  const board = new TensorBoard({ logDir: folder })
  for (let run = 0; run < 2; run++) await play([board], { model: new ScriptedModel(), script: { loss: [1] } })
  expect(await readdir(join(folder, 'train'))).toHaveLength(2)
  await writeFile(join(folder, 'file'), '')
  const wrong = new TensorBoard({ logDir: join(folder, 'file') })
  await expect(play([wrong], { model: new ScriptedModel(), script: { loss: [1] } })).rejects.toThrow(
    'cannot be written: a part of its path is a file, not a folder.',
  )
})

it('refuses to profile', () => {
  expect(() => new TensorBoard({ profileBatch: 5 as never })).toThrow(
    "TensorBoard: 'profileBatch' must be one of 0 and is 5",
  )
})
