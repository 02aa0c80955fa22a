import { cpu } from '@gradus/backend-cpu'
import { ConfigError, Input, input, Layer, Registry, type Rng, type Scope } from '@gradus/core'
import { BatchNormalization, Dense, Dropout } from '@gradus/layers'
import { L2 } from '@gradus/layers/regularizers'
import { MeanSquaredError } from '@gradus/losses'
import { MeanAbsoluteError } from '@gradus/metrics'
import { SGD } from '@gradus/optimizers'
import { add, mean, ones, type Tensor, useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { fromSpec, modelFromJson } from './from-spec.ts'
import { loadModel } from './load.ts'
import { Model } from './model.ts'
import { Sequential } from './sequential.ts'

beforeAll(() => useBackend(cpu()))

const registry = new Registry([Dense, BatchNormalization, Dropout, Input])

function stack(): Sequential {
  return new Sequential([new Dense({ units: 4, inputShape: [3] }), new BatchNormalization(), new Dense({ units: 1 })], {
    seed: 1,
  })
}

describe('the members of layers in a model', () => {
  it('have names and weights, which reading them makes', () => {
    const model = stack()
    expect(model.layers.map(({ name }) => name)).toEqual(['dense', 'batch_normalization', 'dense_1'])
    const [dense, norm] = model.layers
    expect(dense!.weights.map(({ path, shape, dtype }) => [path, shape, dtype])).toEqual([
      ['kernel', [3, 4], 'float32'],
      ['bias', [4], 'float32'],
    ])
    expect(norm!.trainableWeights.map(({ name }) => name)).toEqual(['gamma', 'beta'])
    expect(norm!.nonTrainableVariables.map(({ name }) => name)).toEqual(['movingMean', 'movingVariance'])
    expect([model.built, dense!.built, norm!.countParams()]).toEqual([true, true, 16])
    // the weights follow from the seed of the model, whichever way they were made
    expect(dense!.weights[0]!.value.array()).toEqual(stack().build().layers[0]!.weights[0]!.value.array())
  })

  it('have the names of the model also when layers are inserted, and those of the first model after that', () => {
    const model = new Sequential([new Dense({ units: 2 })])
    model.insert(0, new Dense({ units: 3 }))
    expect(model.layers.map(({ name }) => name)).toEqual(['dense', 'dense_1'])
    const x = input({ shape: [2] })
    const last = model.layers[1]!
    const other = new Model({ inputs: x, outputs: last.call(x) })
    expect([last.name, other.layers.map(({ type }) => type)]).toEqual(['dense_1', ['InputLayer', 'Dense']])
  })

  it('show values after training and take new ones', async () => {
    const model = stack()
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: new MeanSquaredError() })
    const [kernel] = model.layers[0]!.weights
    const bias = model.layers[2]!.weights[1]!
    await model.fit(ones([4, 3]), ones([4, 1]), { verbose: 0 })
    expect(bias.value.item()).toBeCloseTo(0.2)
    kernel!.assign(ones([3, 4]))
    expect((await model.getWeights())[0]!.data).toEqual(new Float32Array(12).fill(1))
    expect(() => kernel!.assign([1])).toThrow("assign: 'kernel' has the shape [3, 4] and was given [1].")
    await model.layers[2]!.setWeights(
      [new Float32Array([1, 2, 3, 4]), [5]].map((w, i) => (i ? w : [[1], [2], [3], [4]])),
    )
    expect(model.weights.at(-1)!.value.array()).toEqual([5])
    await expect(model.layers[2]!.setWeights([[1]])).rejects.toThrow('1 weights were given and the layer has 2')
  })

  it('are there for `built` when the model knows its input', () => {
    const x = input({ shape: [3] })
    const dense = new Dense({ units: 2 })
    expect(dense.built).toBe(false)
    const model = new Model({ inputs: x, outputs: dense.call(x) })
    expect([model.built, dense.built, dense.weights.length]).toEqual([true, true, 2])
    expect(new Sequential([new Dense({ units: 2, inputShape: [3] })]).built).toBe(true)
    const unknown = new Sequential([new Dense({ units: 2 })])
    expect([unknown.built, unknown.layers[0]!.built]).toEqual([false, false])
    expect(unknown.build([null, 3]).built).toBe(true)
  })

  it('take an adaptation before anything else made the weights', async () => {
    const model = new Sequential([new Dense({ units: 2, inputShape: [3] })], { seed: 1 })
    const [dense] = model.layers as readonly Dense[]
    dense!.enableLora(4)
    expect(dense!.weights.length).toBe(4)
    const before = (await model.predict(ones([1, 3]))).array()
    const same = new Sequential([new Dense({ units: 2, inputShape: [3] })], { seed: 1 })
    expect(before).toEqual((await same.predict(ones([1, 3]))).array())
    expect(() => new Dense({ units: 2 }).enableLora(1)).toThrow('has no weights yet')
  })

  it('of a layer without a model are empty or say that the model is missing', async () => {
    const alone = new Dense({ units: 2 })
    expect([alone.name, alone.built, alone.weights, await alone.getWeights()]).toEqual(['dense', false, [], []])
    expect(() => alone.countParams()).toThrow('countParams: Dense has no weights yet. Call it, call build')
    await expect(alone.setWeights([[1]])).rejects.toThrow('setWeights: Dense has no weights yet')
    alone.call(input({ shape: [3] }))
    expect(() => alone.weights).toThrow('it was called on symbolic tensors and belongs to no model')
    expect(alone.build([null, 3]).countParams()).toBe(8)
  })

  it('of operations and of nested layers exist, too', () => {
    const x = input({ shape: [2] })
    const inner = new Sequential([new Dense({ units: 2 })])
    const model = new Model({ inputs: x, outputs: add(inner.call(x), x) })
    const operation = model.layers.at(-1)!
    expect([operation.name, operation.weights, operation.output.shape]).toEqual(['add', [], [null, 2]])
    expect(inner.layers[0]!.weights).toHaveLength(2)
    expect(model.weights.map(({ path }) => path)).toEqual(['sequential.dense.kernel', 'sequential.dense.bias'])
  })

  it('give penalties, and addLoss adds to the loss of a call', () => {
    const penalized = new Dense({ units: 1, kernelInitializer: 'ones', kernelRegularizer: new L2({ l2: 0.5 }) })
    const model = new Sequential([penalized]).build([null, 4])
    expect(model.losses.map((loss) => loss.item())).toEqual([2])
    class Activity extends Layer {
      apply(x: Tensor): Tensor {
        this.addLoss(mean(x))
        return x
      }
    }
    const layer = new Activity()
    const result = new Sequential([layer]).build([null, 2]).statelessCall({}, ones([1, 2]))
    expect(result.losses.map((loss) => loss.item())).toEqual([1])
    expect(() => layer.addLoss(ones([]))).toThrow('Activity.addLoss was called outside of apply')
  })
})

describe('the options of a layer', () => {
  it('are given by getConfig and taken by fromConfig', () => {
    const config = new Dense({ units: 2, activation: 'relu', dtype: 'float64' }).getConfig()
    expect(config).toMatchObject({ units: 2, useBias: true, name: 'dense', trainable: true, dtype: 'float64' })
    expect(Dense.fromConfig(config).toSpec()).toMatchObject({ layer: 'Dense', units: 2, activation: 'relu' })
  })

  it('are saved as getConfig of the class gives them', () => {
    class Scale extends Layer {
      static readonly type = 'test/Scale'
      readonly factor: number
      constructor({ factor = 1, ...rest }: { factor?: number; name?: string } = {}) {
        super(rest)
        this.factor = factor
      }
      override getConfig() {
        return { ...super.getConfig(), factor: this.factor }
      }
      apply(x: Tensor): Tensor {
        return x
      }
    }
    const model = new Sequential([new Scale({ factor: 3 })])
    const copy = fromSpec(model.toSpec(), registry.with(Scale))
    expect((copy.layers[0] as Scale).factor).toBe(3)
  })
})

describe('a class whose constructor keeps options back', () => {
  class Times extends Layer {
    static readonly type = 'test/Times'
    readonly factor: number
    constructor({ factor = 1, ...rest }: { factor?: number; name?: string } = {}) {
      super(rest)
      this.factor = factor
    }
    apply(x: Tensor): Tensor {
      return x
    }
  }
  class Whole extends Layer<{ factor?: number }> {
    static readonly type = 'test/Whole'
    readonly factor = (this.config as { factor?: number }).factor ?? 1
    apply(x: Tensor): Tensor {
      return x
    }
  }
  const bytesOf = (layer: Layer) => new Sequential([layer]).build([null, 2]).toBytes()

  it('is not saved without them', async () => {
    await expect(bytesOf(new Times({ factor: 3 }))).rejects.toThrow(
      "The option 'factor' of test/Times would not be saved, because the constructor of Times does not pass it to super. " +
        'Pass all options in one object, as in constructor(options) { super(options) }, or write getConfig()',
    )
    await expect(bytesOf(new Times())).resolves.toBeInstanceOf(Uint8Array) // all options have their defaults
    class Positional extends Layer {
      static readonly type = 'test/Positional'
      constructor(readonly units: number) {
        super()
      }
      apply(x: Tensor): Tensor {
        return x
      }
    }
    await expect(bytesOf(new Positional(3))).rejects.toThrow("The option 'units' of test/Positional would not be saved")
  })

  it('may have properties that change', async () => {
    class Counter extends Layer<{ factor?: number }> {
      static readonly type = 'test/Counter'
      readonly factor = (this.config as { factor?: number }).factor ?? 1
      size = 0
      override init(_: Rng, [, size]: readonly number[]) {
        this.size = size!
        return {}
      }
      apply(x: Tensor): Tensor {
        return x
      }
    }
    await expect(bytesOf(new Counter({ factor: 2 }))).resolves.toBeInstanceOf(Uint8Array)
  })

  it('is found by loadModel among customObjects, which the error for a missing one names', async () => {
    const bytes = await bytesOf(new Whole({ factor: 3 }))
    await expect(loadModel(bytes, { registry })).rejects.toThrow(
      "there is no layer called 'test/Whole'. It is a class of the program that made the data: pass it to loadModel as { customObjects: { Whole } }",
    )
    const model = await loadModel(bytes, { registry, customObjects: { Whole } })
    expect((model.layers[0] as Whole).factor).toBe(3)
    await expect(loadModel(bytes, { registry, customObjects: { Whole: {} as never } })).rejects.toThrow(ConfigError)
  })

  it('is shown without its namespace, as operations are by their names', () => {
    const x = input({ shape: [2] })
    const model = new Model({ inputs: x, outputs: add(new Whole().call(x), x) })
    expect(model.summary({ print: false })).toMatch(/whole \(Whole\)(.|\n)*add \(Add\)/)
  })
})

describe('the members of a model', () => {
  it('describe its inputs and outputs', () => {
    const model = stack()
    expect([model.inputShape, model.outputShape]).toEqual([
      [null, 3],
      [null, 1],
    ])
    expect([model.inputNames, model.outputNames]).toEqual([['input_layer'], ['dense_1']])
    const left = input({ shape: [2], name: 'left' })
    const graph = new Model({ inputs: { left }, outputs: [new Dense({ units: 1, name: 'out' }).call(left)] })
    expect([graph.inputShape, graph.outputShape]).toEqual([{ left: [null, 2] }, [[null, 1]]])
    expect([graph.inputNames, graph.outputNames]).toEqual([['left'], ['out']])
    class Code extends Model {
      override apply(x: Tensor, _: Scope<this>): Tensor {
        return x
      }
    }
    expect(() => new Code().inputNames).toThrow(ConfigError)
  })

  it('give what compile was given and the last figures', async () => {
    const model = stack()
    expect([model.compiled, model.loss, model.metrics, model.metricsNames]).toEqual([false, undefined, [], []])
    const loss = new MeanSquaredError()
    model.compile({ optimizer: new SGD(), loss, metrics: [new MeanAbsoluteError({ name: 'mae' })] })
    expect([model.compiled, model.loss]).toEqual([true, loss])
    expect(model.metricsNames).toEqual(['loss'])
    const { history } = await model.fit(ones([4, 3]), ones([4, 1]), { epochs: 2, verbose: 0, validationSplit: 0.5 })
    expect(model.getMetricsResult()).toEqual({ loss: history['loss']![1], mae: history['mae']![1] })
    const figures = await model.testOnBatch(ones([4, 3]), ones([4, 1]))
    expect([model.metricsNames, model.getMetricsResult()]).toEqual([['loss', 'mae'], figures])
    expect(model.metrics.map(({ type }) => type)).toEqual(['MeanAbsoluteError'])
    model.resetMetrics()
    expect(model.getMetricsResult()).toEqual({})
  })

  it('write it as JSON', () => {
    const model = stack()
    expect(modelFromJson(model.toJson(), registry).toSpec()).toEqual(model.toSpec())
    expect(model.getConfig()).toEqual(model.toSpec())
    expect(() => modelFromJson('{', registry)).toThrow('modelFromJson takes the text that model.toJson() returns')
    expect(() => Sequential.fromConfig(model.getConfig())).toThrow('Build it with fromSpec(config)')
  })
})

it('predict waits for a quantize that was not awaited', async () => {
  const model = new Sequential([new Dense({ units: 8, inputShape: [64] })], { seed: 1 })
  const quantized = model.quantize('int8')
  const early = await model.predict(ones([1, 64]))
  await quantized
  expect((await model.predict(ones([1, 64]))).array()).toEqual(early.array())
})

it('options with names of Keras are taken', async () => {
  const model = new Sequential([new Dense({ units: 1, inputShape: [2] })], { seed: 1 })
  const common = { optimizer: new SGD(), loss: new MeanSquaredError() }
  model.compile({ ...common, runEagerly: true, metrics: null, weightedMetrics: null, stepsPerExecution: null } as never)
  expect([model.getCompileConfig()!.jit, model.stepsPerExecution]).toEqual([false, 1])
  model.compile({ ...common, jitCompile: 'auto', runEagerly: false })
  expect(model.getCompileConfig()!.jit).toBe(true)
  expect(Object.keys(await model.evaluate([[1, 2]], [[1]], { returnDict: true, verbose: 0 }))).toEqual(['loss'])
  await expect(model.evaluate([[1, 2]], [[1]], { returnDict: false as never })).rejects.toThrow('returnDict')
  const wide = (positions: number[]) => model.summary({ print: false, positions }).split('\n')[1]
  expect(wide([0.5, 0.75, 1])).toBe(wide([38, 57, 76]))
  expect(wide([0.5, 0.75, 1])).not.toBe(model.summary({ print: false }).split('\n')[1])
})

it('loadWeights may skip weights that do not fit', async () => {
  const layers = (units: number) => [new Dense({ units: 3, inputShape: [2] }), new Dense({ units })]
  const [saved, other] = [new Sequential(layers(1), { seed: 1 }), new Sequential(layers(2), { seed: 2 })]
  const bytes = await saved.toBytes({ weightsOnly: true })
  const head = other.weights[2]!.value.array()
  await expect(other.loadWeights(bytes)).rejects.toThrow("'dense_1.kernel' has shape [3, 2] and was given [3, 1]")
  await other.loadWeights(bytes, { skipMismatch: true })
  expect(other.weights[0]!.value.array()).toEqual(saved.weights[0]!.value.array())
  expect(other.weights[2]!.value.array()).toEqual(head)
})
