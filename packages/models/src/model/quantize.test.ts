import { readFileSync } from 'node:fs'
import { type BaseLayer, Input, input, Registry } from '@gradus/core'
import { Conv2D, Dense, EinsumDense, Embedding, Flatten } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { SGD } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import * as backends from '../../../../tests/all-backends.ts'
import { loadModel } from './load.ts'
import { Model } from './model.ts'
import type { QuantizeMode } from './quantize.ts'
import { Sequential } from './sequential.ts'

interface Values {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

interface Recorded {
  readonly layer: 'Dense' | 'EinsumDense' | 'Embedding'
  readonly config: Readonly<Record<string, unknown>>
  readonly mode: QuantizeMode
  readonly blockSize: number | null
  readonly inputs: boolean
  readonly x: Values
  readonly weights: readonly Values[]
  readonly y: Values
}

const recorded = JSON.parse(
  readFileSync(new URL('./recorded/quantized.json', import.meta.url), 'utf8'),
) as readonly Recorded[]

function hostArray({ shape, data }: Values, dtype: 'float32' | 'int32' = 'float32') {
  return { shape, dtype, data: dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data) } as const
}

function layerOf({ layer, config }: Recorded): Dense | EinsumDense | Embedding {
  const { units, activation, equation, output_shape, bias_axes, input_dim, output_dim } = config
  if (layer === 'Dense') return new Dense({ units, ...(activation ? { activation } : {}) } as never)
  if (layer === 'Embedding') return new Embedding({ inputDim: input_dim, outputDim: output_dim } as never)
  return new EinsumDense({
    equation,
    outputShape: output_shape,
    ...(bias_axes ? { biasAxes: bias_axes } : {}),
  } as never)
}

/** A layer of each kind that can be quantized. */
function several(seed = 1) {
  const [words, image] = [input({ shape: [4], dtype: 'int32' }), input({ shape: [5, 5, 2] })]
  const a = new Flatten({}).call(new Embedding({ inputDim: 7, outputDim: 6 }).call(words))
  const b = new Flatten({}).call(new Conv2D({ filters: 3, kernelSize: 3 }).call(image))
  const c = new EinsumDense({ equation: 'ab,bc->ac', outputShape: 4 }).call(b)
  const outputs = [new Dense({ units: 2, name: 'left' }).call(a), new Dense({ units: 2 }).call(c)]
  const model = new Model({ inputs: [words, image], outputs, seed })
  model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
  return model
}

const registry = new Registry([Input, Conv2D, Dense, EinsumDense, Embedding, Flatten, SGD, MeanSquaredError] as never)
const samples = [
  [[1, 2, 3, 6]],
  [Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => [Math.sin(i + 2 * j), Math.cos(i * j)]))],
]

async function outputsOf(model: Model): Promise<number[]> {
  const outputs = await model.predictAll(samples as never)
  return (await Promise.all(outputs.map((y) => y.data()))).flatMap((data) => [...data])
}

describe.each(Object.entries(backends).filter(([name]) => name !== 'webgpu'))('quantize on %s', (_, backend) => {
  beforeAll(async () => {
    await useBackend(await backend())
  })

  it.each(recorded.map((entry, index) => [`${index} ${entry.layer} ${entry.mode} ${entry.blockSize}`, entry] as const))(
    'gives what Keras gives: %s',
    async (_, entry) => {
      const layer = layerOf(entry)
      const x = hostArray(entry.x, entry.layer === 'Embedding' ? 'int32' : 'float32')
      const model = new Sequential([layer])
      await model.predict(x)
      await model.setWeights(entry.weights.map((weight) => hostArray(weight)))
      const done = await model.quantize(entry.mode, { blockSize: entry.blockSize, inputs: entry.inputs })
      expect(done).toHaveLength(1)
      const y = await (await model.predict(x)).data()
      const scale = Math.max(...entry.y.data.map(Math.abs))
      entry.y.data.forEach((value, index) => expect(Math.abs(value - y[index]!)).toBeLessThan(2e-6 * scale + 1e-7))
    },
  )

  it.each([
    ['int8', 0.006],
    ['int4', 0.11],
  ] as const)('keeps weights in %s in files, with the same results', async (mode, limit) => {
    const model = several()
    const before = await outputsOf(model)
    const done = await model.quantize(mode)
    expect(done.map(({ path }) => path).sort()).toEqual(['conv2d', 'dense', 'einsum_dense', 'embedding', 'left'])
    for (const { error } of done) expect(error).toBeLessThan(limit)
    const after = await outputsOf(model)
    const copy = await loadModel(await model.toBytes(), { registry })
    expect(await outputsOf(copy)).toEqual(after)
    expect(after).not.toEqual(before)
    const norm = (list: readonly number[]) => Math.hypot(...list)
    expect(norm(after.map((value, index) => value - before[index]!))).toBeLessThan(6 * limit * norm(before))
  })
})

describe('quantize', () => {
  beforeAll(async () => {
    await useBackend(await backends.cpu())
  })

  it('quantizes the layers that the filters choose', async () => {
    const paths = async (filters: never) =>
      (await several().quantize('int8', { filters })).map(({ path }) => path).sort()
    expect(await paths('dense' as never)).toEqual(['dense', 'einsum_dense'])
    expect(await paths(['left', 'conv'] as never)).toEqual(['conv2d', 'left'])
    expect(await paths(((layer: BaseLayer) => layer.type === 'Embedding') as never)).toEqual(['embedding'])
  })

  it('is done once', async () => {
    const model = several()
    expect(await model.quantize('int8', { filters: 'left' })).toHaveLength(1)
    expect(await model.quantize('int4')).toHaveLength(4)
    expect(await model.quantize('int4')).toHaveLength(0)
  })

  it('trains what is not quantized, through the quantized layers', async () => {
    const model = new Sequential([new Dense({ units: 4, inputShape: [3] }), new Dense({ units: 1 })], { seed: 1 })
    await model.quantize('int8', { filters: 'dense_1' })
    const kernel = async () => (await model.getWeights()).map(({ data }) => [...data])
    const [first, , second] = await kernel()
    model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
    const { history } = await model.fit([[1, 2, 3]], [[1]], { epochs: 5, verbose: 0 })
    const [firstAfter, , secondAfter] = await kernel()
    expect(firstAfter).not.toEqual(first)
    expect(secondAfter).not.toEqual(second)
    expect(history.loss!.at(-1)!).toBeLessThan(history.loss![0]!)
    expect((await model.getWeights()).find(({ path }) => path === 'dense_1.kernel')).toMatchObject({
      trainable: false,
      dtype: 'uint32',
    })
  })

  it('keeps the low-rank adaptation of a layer, which can be trained on', async () => {
    const layer = new Dense({ units: 4, inputShape: [3] })
    const model = new Sequential([layer, new Dense({ units: 1 })], { seed: 1 })
    model.build()
    layer.enableLora(2)
    await model.quantize('int4')
    model.compile({ optimizer: new SGD(), loss: new MeanSquaredError() })
    const { history } = await model.fit([[1, 2, 3]], [[1]], { epochs: 3, verbose: 0 })
    expect(history.loss!.at(-1)!).toBeLessThan(history.loss![0]!)
  })

  it('refuses other modes and options, and files that do not fit', async () => {
    await expect(several().quantize('int2' as never)).rejects.toThrow("the mode must be 'int8' or 'int4'")
    await expect(several().quantize('int4', { blockSize: 0 })).rejects.toThrow('blockSize')
    await expect(several().restoreQuantization({ flatten: { mode: 'int8' } })).rejects.toThrow(
      'quantized weights of flatten',
    )
    await expect(several().restoreQuantization(null as never)).rejects.toThrow(
      'must be an object with the paths of its layers and is null',
    )
    // takes no memory for such a block
    const [left] = await several().quantize('int4', { blockSize: 2 ** 40, filters: 'left' })
    expect(left!.error).toBeLessThan(0.15)
  })
})
