import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpu } from '@gradus/backend-cpu'
import { useBackend } from '@gradus/tensor'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import {
  Bidirectional,
  Dense,
  Flatten,
  fromSpec,
  GRU,
  GroupQueryAttention,
  input,
  LayerNormalization,
  LSTM,
  loadModel,
  Model,
  MultiHeadAttention,
  Sequential,
} from 'gradus'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readHdf5 } from './hdf5/read-hdf5.ts'
import { kerasModel } from './keras-model.ts'

const folder = mkdtempSync(join(tmpdir(), 'gradus-keras-files-'))
const recorded = (name: string) => new URL(`recorded/${name}`, import.meta.url)
const bytesOf = (name: string) => readFileSync(recorded(name))

beforeAll(() => useBackend(cpu()))
afterAll(() => rmSync(folder, { recursive: true }))

interface Recorded {
  readonly x: number[][][]
  readonly y: number[][]
  readonly predictions: number[][]
  readonly losses: number[]
  readonly after: number[][]
}

const valuesOf = (name: string) => JSON.parse(readFileSync(recorded(`${name}.json`), 'utf8')) as Recorded

/** Compares predictions, two epochs of further training, and the predictions after them with Keras's. */
async function compare(model: Model, { x, y, predictions, losses, after }: Recorded): Promise<void> {
  const close = (got: unknown, expected: unknown[]) =>
    (got as number[][])
      .flat()
      .forEach((value, index) => expect(value).toBeCloseTo((expected.flat() as number[])[index]!, 5))
  close((await model.predict(x as never, { verbose: 0 })).array(), predictions)
  const { history } = await model.fit(x as never, y, { batchSize: 2, epochs: 2, shuffle: false, verbose: 0 })
  close([history['loss']], losses)
  close((await model.predict(x as never, { verbose: 0 })).array(), after)
}

function small(): Sequential {
  const model = new Sequential([new LSTM({ units: 2, inputShape: [4, 3] }), new Dense({ units: 1 })])
  model.compile({ optimizer: 'adam', loss: 'mse' })
  return model
}

describe('files that Keras wrote', () => {
  it.each(['small.keras', 'small.h5'])('%s predicts and trains on as in Keras', async (name) => {
    await compare(await loadModel(bytesOf(name)), valuesOf('small'))
  })

  it('a graph with a shared model and operations predicts and trains on as in Keras', async () => {
    await compare(await loadModel(bytesOf('nested.keras')), valuesOf('nested'))
  })

  it('small.weights.h5 restores weights and optimizer', async () => {
    const model = small()
    await model.restore(bytesOf('small.weights.h5'))
    await compare(model, valuesOf('small'))
  })

  it('gives weights their paths here, whatever the file', async () => {
    const loaded = await loadModel(bytesOf('small.keras'))
    for (const name of ['small.keras', 'small.weights.h5', 'small.h5']) {
      const model = small()
      await model.loadWeights(bytesOf(name))
      expect(await model.getWeights()).toEqual(await loaded.getWeights())
    }
  })

  it('is read from a path, a Blob and bytes, with compile or without', async () => {
    const path = join(folder, 'copy.keras')
    writeFileSync(path, bytesOf('small.keras'))
    for (const source of [path, new Blob([bytesOf('small.keras')]), new File([bytesOf('small.keras')], 'x')]) {
      const model = await loadModel(source, { compile: false })
      expect(model.optimizer).toBeUndefined()
      expect(model.countParams()).toBe(51)
    }
  })
})

describe('files that are written here', () => {
  it.each(['.keras', '.h5', '.weights.h5'])('%s comes back with the state of the optimizer', async (extension) => {
    const source = await loadModel(bytesOf('small.keras'))
    const path = join(folder, `again${extension}`)
    await source.save(path)
    const model = extension === '.weights.h5' ? small() : await loadModel(path)
    if (extension === '.weights.h5') await model.restore(path)
    await compare(model, valuesOf('small'))
  })

  it('have the parts, the names and the versions of Keras', async () => {
    const path = join(folder, 'parts.keras')
    await (await loadModel(bytesOf('nested.keras'))).save(path)
    const parts = unzipSync(readFileSync(path))
    expect(Object.keys(parts)).toEqual(['metadata.json', 'config.json', 'model.weights.h5'])
    const groups = readHdf5(parts['model.weights.h5']!)
    const original = readHdf5(unzipSync(bytesOf('nested.keras'))['model.weights.h5']!)
    const paths = [
      'layers/dense/vars/0',
      'layers/sequential/layers/batch_normalization/vars/2',
      'layers/sequential/layers/dense/vars/1',
      'optimizer/vars/5',
    ]
    for (const path of paths) expect(groups.values(path), path).toEqual(original.values(path))
    const config = JSON.parse(strFromU8(parts['config.json']!)) as { compile_config: { optimizer: object } }
    expect(config).toMatchObject({ class_name: 'Functional', module: 'keras.src.models.functional' })
    expect(config.compile_config.optimizer).toMatchObject({ module: 'keras.optimizers', class_name: 'SGD' })
  })

  it('hold composite layers', async () => {
    const x = input({ shape: [5, 4] })
    const a = new MultiHeadAttention({ numHeads: 2, keyDim: 3 }).call([x, x])
    const b = new GroupQueryAttention({ headDim: 2, numQueryHeads: 4, numKeyValueHeads: 2 }).call([a, a])
    const c = new Bidirectional({ layer: new GRU({ units: 2, returnSequences: true }) }).call(b)
    const y = new Dense({ units: 1 }).call(new Flatten().call(new LayerNormalization().call(c)))
    const model = new Model({ inputs: x, outputs: y })
    for (const extension of ['.keras', '.h5', '.weights.h5']) {
      const path = join(folder, `composite${extension}`)
      if (extension === '.weights.h5') await model.saveWeights(path)
      else await model.save(path)
      const copy =
        extension === '.weights.h5' ? await loadModel(join(folder, 'composite.keras')) : await loadModel(path)
      await copy.loadWeights(path)
      expect((await copy.getWeights()).map(({ data }) => data)).toEqual(
        (await model.getWeights()).map(({ data }) => data),
      )
    }
  })

  it('hold weights without a model', async () => {
    const [first, second] = [small(), small()]
    for (const name of ['only.weights.h5', 'only.h5']) {
      await first.saveWeights(join(folder, name))
      await second.loadWeights(join(folder, name))
      expect(await second.getWeights()).toEqual(await first.getWeights())
      await expect(loadModel(join(folder, name))).rejects.toThrow('The file holds weights only.')
    }
    await expect(first.saveWeights(join(folder, 'only.keras'))).rejects.toThrow('A .keras file holds a whole model')
  })
})

it('vocabularies that Keras learned are read from their place beside the config', async () => {
  const layer = (class_name: string, config: object) => ({
    module: 'keras.layers',
    class_name,
    config,
    registered_name: null,
  })
  const config = {
    module: 'keras',
    class_name: 'Sequential',
    config: {
      name: 'words',
      layers: [
        layer('InputLayer', { batch_shape: [null], dtype: 'string', name: 'in' }),
        layer('TextVectorization', { name: 't', output_sequence_length: 3, vocabulary: null, vocabulary_size: 4 }),
        layer('Embedding', { name: 'e', input_dim: 4, output_dim: 1, embeddings_initializer: 'ones' }),
      ],
    },
  }
  const words = zipSync({
    'config.json': strToU8(JSON.stringify(config)),
    'assets/layers/text_vectorization/vocabulary.txt': strToU8('\n[UNK]\nfoo\nbar'),
  })
  const file = kerasModel.read(words)
  expect(file.header.spec).toMatchObject({ layers: [{}, { vocabulary: ['', '[UNK]', 'foo', 'bar'] }, {}] })
  const [, vectorization] = fromSpec(file.header.spec!).toSpec()['layers'] as object[]
  expect(vectorization).toMatchObject({ layer: 'TextVectorization', vocabulary: ['', '[UNK]', 'foo', 'bar'] })
})

describe('weights of other layers', () => {
  const other = () =>
    new Sequential([new LSTM({ units: 2, inputShape: [4, 3], name: 'lstm' }), new Dense({ units: 3, name: 'dense' })])

  it('are refused, with the place', async () => {
    await expect(other().loadWeights(bytesOf('small.weights.h5'))).rejects.toThrow(
      "The file has no values for the weight 'dense.kernel': the group 'layers/dense' has the shape [2, 1] at 0, and 'dense.kernel' has [2, 3].",
    )
    const deeper = new Sequential([
      new LSTM({ units: 2, inputShape: [4, 3] }),
      new Dense({ units: 1 }),
      new Dense({ units: 1 }),
    ])
    await expect(deeper.loadWeights(bytesOf('small.weights.h5'))).rejects.toThrow("there is no group 'layers/dense_1'")
    await expect(deeper.loadWeights(bytesOf('small.h5'))).rejects.toThrow(
      'The file has weights for 2 layers (lstm, dense), and the model has 3 layers with weights',
    )
  })

  it('are left out with skipMismatch, or with byName where the names differ', async () => {
    for (const name of ['small.weights.h5', 'small.h5']) {
      const model = other()
      const before = new Map((await model.getWeights()).map(({ path, data }) => [path, data]))
      await model.loadWeights(bytesOf(name), { skipMismatch: true })
      const after = new Map((await model.getWeights()).map(({ path, data }) => [path, data]))
      expect(after.get('dense.kernel')).toEqual(before.get('dense.kernel'))
      expect(after.get('lstm.cell.kernel')).not.toEqual(before.get('lstm.cell.kernel'))
    }
    const renamed = new Sequential([
      new Dense({ units: 1, name: 'dense', inputShape: [2] }),
      new Dense({ units: 1, name: 'last' }),
    ])
    const [, , last] = await renamed.getWeights()
    await renamed.loadWeights(bytesOf('small.h5'), { byName: true })
    const loaded = await loadModel(bytesOf('small.h5'))
    expect((await renamed.getWeights())[0]!.data).toEqual((await loaded.getWeights())[3]!.data)
    expect((await renamed.getWeights())[2]).toEqual(last)
    await expect(renamed.loadWeights(bytesOf('small.weights.h5'), { byName: true })).rejects.toThrow(
      'byName needs a file with the names of layers',
    )
  })
})

describe('hostile archives', () => {
  const parts = unzipSync(bytesOf('small.keras'))
  const withConfig = (change: (text: string) => string) =>
    zipSync({ ...parts, 'config.json': strToU8(change(strFromU8(parts['config.json']!))) })

  it('without a part are refused', async () => {
    const { 'model.weights.h5': _, ...rest } = parts
    await expect(loadModel(zipSync(rest))).rejects.toThrow('The archive has no model.weights.h5')
    await expect(loadModel(zipSync({ x: new Uint8Array(3) }))).rejects.toThrow('The archive has no config.json')
  })

  it('with code in the config are refused, and nothing runs', async () => {
    const lambda = withConfig((text) =>
      text.replace(
        '"activation": "linear"',
        '"activation": {"class_name": "__lambda__", "config": {"value": "4wEAAAA="}}',
      ),
    )
    await expect(loadModel(lambda)).rejects.toThrow('is a Python lambda')
    await expect(loadModel(withConfig(() => '{"class_name": '))).rejects.toThrow('config.json of the file is not JSON')
  })
})
