import { cpu } from '@gradus/backend-cpu'
import { useBackend } from '@gradus/tensor'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import {
  Dense,
  Input,
  LSTM,
  loadModel,
  type Model,
  MultiOptimizer,
  OptimizerMap,
  RAdam,
  Sequential,
  SGD,
  StringLookup,
  TextVectorization,
} from 'gradus'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { readHdf5 } from './hdf5/read-hdf5.ts'

beforeAll(() => useBackend(cpu()))
afterEach(() => vi.restoreAllMocks())

/** A model as a file of a format, in the memory. */
async function fileOf(model: Model, name: string): Promise<File> {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  const write = async (data: Uint8Array | string) => void pieces.push(data as Uint8Array<ArrayBuffer>)
  await model.save({ name, createWritable: async () => ({ write, close: async () => {} }) } as never)
  return new File(pieces, name)
}

async function partsOf(model: Model) {
  const parts = unzipSync(new Uint8Array(await (await fileOf(model, 'model.keras')).arrayBuffer()))
  return { config: strFromU8(parts['config.json']!), weights: readHdf5(parts['model.weights.h5']!) }
}

const x = [
  [1, 2, 3],
  [-1, 0, 1],
]
const y = [[1], [0]]
const small = () =>
  new Sequential([new Dense({ units: 2, inputShape: [3], loraRank: 1, loraAlpha: 4 }), new Dense({ units: 1 })])
const fitted = async (model: Model, options: object = {}) =>
  (await model.fit(x, y, { epochs: 2, shuffle: false, verbose: 0, ...options })).history['loss']
const predicted = async (model: Model) => Array.from((await model.predict(x, { verbose: 0 })).dataSync(), Number)

describe('in files of Keras', () => {
  it('matrices of low rank are in the weight that they adapt, and 0 in the model that is read', async () => {
    const model = small()
    model.compile({ optimizer: 'sgd', loss: 'mse' })
    await fitted(model, { epochs: 1 })
    const byPath = new Map((await model.getWeights()).map(({ path, data }) => [path, Array.from(data, Number)]))
    const [kernel, a, b] = ['kernel', 'loraKernelA', 'loraKernelB'].map((key) => byPath.get(`dense.${key}`)!)
    const { weights } = await partsOf(model)
    const stored = weights.group('layers')!.group('dense')!.group('vars')!
    expect(stored.names).toEqual(['0', '1'])
    const merged = kernel!.map((value, index) => value + 4 * a![index >> 1]! * b![index % 2]!)
    Array.from(stored.values('0')!.data, Number).forEach((value, index) => expect(value).toBeCloseTo(merged[index]!, 5))
    const read = await loadModel(await fileOf(model, 'model.keras'))
    const zeros = (await read.getWeights()).find(({ path }) => path === 'dense.loraKernelB')
    expect(Array.from(zeros!.data)).toEqual([0, 0])
    const before = await predicted(model)
    ;(await predicted(read)).forEach((value, index) => expect(value).toBeCloseTo(before[index]!, 4))
  })

  it.each(['.keras', '.h5'])('%s: the states of recurrent layers are left out', async (extension) => {
    const model = new Sequential([new Input({ shape: [3, 2], batchSize: 2 }), new LSTM({ units: 2, stateful: true })])
    const [sample] = [
      [
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        [
          [1, 0],
          [0, 1],
          [1, 1],
        ],
      ],
    ]
    const first = (await model.predict(sample, { verbose: 0 })).array()
    const read = await loadModel(await fileOf(model, `model${extension}`))
    expect((await read.predict(sample, { verbose: 0 })).array()).toEqual(first)
    expect(JSON.stringify(read.toSpec())).toContain('"batchSize":2')
  })

  it.each(['.keras', '.h5', '.weights.h5'])('%s: each optimizer of a map has its state', async (extension) => {
    const make = () => {
      const model = new Sequential([new Dense({ units: 2, inputShape: [3] }), new Dense({ units: 1 })])
      const momentum = new SGD({ learningRate: 0.01, momentum: 0.9 })
      const map = new OptimizerMap({
        defaultOptimizer: new SGD({ learningRate: 0.02 }),
        optimizerMap: { '.*/kernel': momentum },
      })
      model.compile({ optimizer: new MultiOptimizer({ optimizerMap: map }), loss: 'mse' })
      return model
    }
    const model = make()
    await fitted(model)
    const file = await fileOf(model, `model${extension}`)
    const read = extension === '.weights.h5' ? make() : await loadModel(file)
    if (extension === '.weights.h5') await read.restore(file)
    const again = await loadModel(await fileOf(read, 'again.keras'))
    expect(await fitted(again)).toEqual(await fitted(read))
  })

  it('the state of an optimizer that Keras does not have is left out with a warning', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const model = small()
    model.compile({
      optimizer: new MultiOptimizer({ optimizerMap: new OptimizerMap({ defaultOptimizer: new RAdam() }) }),
      loss: 'mse',
    })
    await fitted(model)
    await fileOf(model, 'model.keras')
    expect(String(warn.mock.calls)).toContain('Keras has no optimizer RAdam')
  })

  it('options that Keras takes as floats only have a point', async () => {
    const model = small()
    model.compile({ optimizer: new SGD({ learningRate: 1, momentum: 0 }), loss: 'mse' })
    const { config } = await partsOf(model)
    expect(config).toContain('"learning_rate":1.0,"momentum":0.0')
    expect(JSON.parse(config)).toMatchObject({ compile_config: { optimizer: { config: { learning_rate: 1 } } } })
  })

  it('a stack that was never called has no weights', async () => {
    const model = small()
    const { config } = await partsOf(model)
    const parsed = JSON.parse(config)
    const [, ...layers] = parsed.config.layers
    const { build_config: _, ...bare } = { ...parsed, config: { layers, name: 's' } }
    const parts = unzipSync(new Uint8Array(await (await fileOf(model, 'model.keras')).arrayBuffer()))
    const read = await loadModel(zipSync({ ...parts, 'config.json': strToU8(JSON.stringify(bare)) }))
    read.compile({ optimizer: 'sgd', loss: 'mse' })
    expect(await fitted(read, { epochs: 1 })).toHaveLength(1)
  })

  it('a class of a Python program gives its weights, and no model', async () => {
    const parts = unzipSync(new Uint8Array(await (await fileOf(small(), 'model.keras')).arrayBuffer()))
    const config = { module: null, class_name: 'Mine', config: {}, registered_name: 'Mine' }
    const file = zipSync({ ...parts, 'config.json': strToU8(JSON.stringify(config)) })
    await expect(loadModel(file)).rejects.toThrow('is the class Mine of a Python program')
    const model = small()
    await model.loadWeights(file)
    expect(await predicted(model)).toHaveLength(2)
  })

  it('the weights of tokens are beside the vocabulary', async () => {
    const options = { outputMode: 'tfIdf', vocabulary: ['a', 'b'], idfWeights: [1, 3] } as const
    const lookup = new Sequential([new Input({ shape: [2], dtype: 'string' }), new StringLookup(options)])
    const { weights } = await partsOf(lookup)
    expect(Array.from(weights.values('layers/string_lookup/vars/idf_weights')!.data)).toEqual([2, 1, 3])
    const padded = { ...options, maxTokens: 5, padToMaxTokens: true }
    const text = new Sequential([new Input({ shape: [1], dtype: 'string' }), new TextVectorization(padded)])
    const parts = await partsOf(text)
    for (const place of ['vars', '_lookup_layer/vars'])
      expect(Array.from(parts.weights.values(`layers/text_vectorization/${place}/idf_weights`)!.data)).toEqual([
        2, 1, 3, 0, 0,
      ])
  })
})
