// Calls that TypeScript refuses and plain JavaScript would swallow: each is an error with the right spelling.
import { cpu } from '@gradus/backend-cpu'
import { describe, expect, it } from 'vitest'
import * as gradus from './index.ts'
import * as ops from './ops.ts'

const { Dense, Sequential, tensor, useBackend, ones, zeros, fromArrays } = gradus
await useBackend(cpu())

const wrong = (call: unknown) => call as Function
const x = tensor([
  [1, 2],
  [3, 4],
])

describe('functions of tensors', () => {
  it.each([
    ['mean(x, 0)', () => wrong(ops.mean)(x, 0), 'mean takes its options in an object, as in mean(x, { axis: 0 }).'],
    [
      'sum(x, [0, 1])',
      () => wrong(ops.sum)(x, [0, 1]),
      'sum takes its options in an object, as in sum(x, { axis: [0,1] }).',
    ],
    ['softmax(x, -1)', () => wrong(ops.softmax)(x, -1), 'softmax takes its options in an object'],
    [
      'argMax(x, 1)',
      () => wrong(ops.argMax)(x, 1),
      'argMax takes its options in an object, as in argMax(x, { axis: 1 }).',
    ],
    ['cumsum(x, 1)', () => wrong(ops.cumsum)(x, 1), 'cumsum takes its options in an object'],
    ['sort(x, 0)', () => wrong(ops.sort)(x, 0), 'sort takes its options in an object'],
    ['std(x, 0)', () => wrong(ops.std)(x, 0), 'std takes its options in an object'],
    ['norm(x, 2)', () => wrong(ops.norm)(x, 2), 'norm takes its options in an object'],
    [
      'sum, keepdims',
      () => wrong(ops.sum)(x, { keepdims: true }),
      "sum has no option 'keepdims'. Did you mean 'keepDims'?",
    ],
    ['max, axes', () => wrong(ops.max)(x, { axes: 0 }), "max has no option 'axes'. Did you mean 'axis'?"],
    ['mean, dim', () => wrong(ops.mean)(x, { dim: 0 }), "mean has no option 'dim'. Did you mean 'axis'?"],
    ['mul(x, undefined)', () => wrong(ops.mul)(x, undefined), 'mul takes tensors and numbers and got undefined.'],
    ['add(x, null)', () => wrong(ops.add)(x, null), 'add takes tensors and numbers and got null.'],
    ['add(x, [1])', () => wrong(ops.add)(x, [1]), 'add takes tensors and numbers and got a list.'],
    ['sum([1, 2])', () => wrong(ops.sum)([1, 2]), 'sum takes a tensor and got a list. Make one with tensor(...).'],
    [
      'zeros int64',
      () => wrong(zeros)([2], 'int64'),
      "zeros: 'int64' is no dtype. Use 'int32'. The dtypes are float16,",
    ],
    ['ones double', () => wrong(ones)([2], 'double'), "ones: 'double' is no dtype. Use 'float64'."],
    ['ones(3)', () => wrong(ones)(3), 'ones takes the shape as a list, as in ones([3]), and got 3.'],
    ['zeros([-1])', () => zeros([-1]), 'zeros: [-1] is no shape; dimensions are whole numbers from 0.'],
    ['zeros([2.5])', () => zeros([2.5]), 'zeros: [2.5] is no shape'],
    ['tensor int64', () => wrong(tensor)([1], { dtype: 'int64' }), "tensor: 'int64' is no dtype. Use 'int32'."],
    ['tensor bigint', () => wrong(tensor)(new BigInt64Array(1)), 'tensor: a BigInt64Array has no dtype.'],
    ['cast uint8', () => wrong(ops.cast)(x, 'uint8'), "cast: 'uint8' is no dtype. Use 'int32'."],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message)
  })

  it.each([
    [
      'transpose(x, 0, 1)',
      () => wrong(ops.transpose)(x, 0, 1),
      'transpose: argument 2 is 0; expected a list of whole numbers, such as [2, 3].',
    ],
    [
      'expandDims(x, { axis })',
      () => wrong(ops.expandDims)(x, { axis: 0 }),
      'expandDims: argument 2 is an object; expected a whole number. Give the value without an object.',
    ],
    [
      'concat([a, b], { axis })',
      () => wrong(ops.concat)([x, x], { axis: 1 }),
      'concat: argument 2 is an object; expected a whole number.',
    ],
    [
      'concat([a, [1]])',
      () => wrong(ops.concat)([x, [1]]),
      'concat: argument 1 is a list; expected a list of tensors, as in [a, b].',
    ],
    [
      'squeeze(x, "0")',
      () => wrong(ops.squeeze)(x, '0'),
      'squeeze: argument 2 is "0"; expected a whole number or a list of them.',
    ],
    [
      'matmul([[1]], x)',
      () => wrong(ops.matmul)([[1]], x),
      'matmul takes a tensor and got a list. Make one with tensor(...).',
    ],
    ['matmul(x)', () => wrong(ops.matmul)(x), 'matmul takes a tensor and got undefined.'],
    ['gather(x, [0])', () => wrong(ops.gather)(x, [0]), 'gather takes a tensor and got a list.'],
    ['add(a, b, c)', () => wrong(ops.add)(x, x, x), 'add takes 2 arguments and got one more, a tensor.'],
    [
      'relu(x, options)',
      () => wrong(ops.relu)(x, { maxValue: 6 }),
      'relu takes 1 argument and got one more, an object.',
    ],
    [
      'conv, stride',
      () => wrong(ops.conv)(x, x, { stride: 2 }),
      "conv has no option 'stride'. Did you mean 'strides'?",
    ],
    ['maxPool, size', () => wrong(ops.maxPool)(ones([1, 4, 4, 1]), { size: 2 }), "maxPool has no option 'size'."],
    ['maxPool(x)', () => wrong(ops.maxPool)(ones([1, 4, 4, 1])), 'maxPool takes its options in an object'],
    ['pad(x, 1)', () => wrong(ops.pad)(x, 1), 'pad: 1 does not fit [2, 2]; give a pair'],
    ['tile(x, 2)', () => wrong(ops.tile)(x, 2), 'tile: argument 2 is 2; expected a list of whole numbers'],
    ['topK(x)', () => wrong(ops.topK)(x), 'topK: argument 2 is undefined; expected a whole number.'],
    ['slice(x, 0, 1)', () => wrong(ops.slice)(x, 0, 1), 'slice: argument 2 is 0; expected a list'],
    [
      'sum of a promise',
      () => wrong(ops.sum)(Promise.resolve(x)),
      'sum takes a tensor and got a promise (put await before it).',
    ],
    ['sum with a promise', () => wrong(ops.sum)(x, Promise.resolve({})), 'sum takes its options in an object'],
    [
      'randomNormal([2])',
      () => wrong(ops.randomNormal)([2]),
      'randomNormal: argument 1 is a list; expected a key, as in new Rng(1).next().',
    ],
    [
      'randomUniform, minval',
      () => wrong(ops.randomUniform)(new gradus.Rng(1).next(), [2], { minval: 0 }),
      "randomUniform has no option 'minval'.",
    ],
    [
      'einsum(x, x)',
      () => wrong(ops.einsum)(x, x),
      "einsum takes the equation first, as in einsum('ij,jk->ik', a, b), and got a tensor.",
    ],
    ['scan(x)', () => wrong(ops.scan)(x), 'scan takes a function first'],
    ['arange()', () => wrong(ops.arange)(), 'arange: cannot count from undefined'],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message)
  })

  // `isTensor` takes anything, and `customGradient` any function
  const strict = Object.keys(ops).filter((name) => !['isTensor', 'customGradient'].includes(name))
  it.each(strict)('%s refuses what is no tensor', (name) => {
    const call = wrong((ops as Record<string, unknown>)[name])
    const rest = ['onesLike', 'zerosLike'].includes(name) ? [] : [x, x]
    for (const first of [undefined, null, 'a', ['a'], {}, () => 1, Promise.resolve(x), new Map()]) {
      expect(() => call(first, ...rest)).toThrow(
        /^(?!.*(undefined \(|of undefined|of null|is not a function|iterable|Invalid)).*\.( |$)/,
      )
    }
  })

  it("JavaScript's operators on tensors", () => {
    const js = x as unknown as number
    for (const operate of [
      () => js + 1,
      () => 1 - js,
      () => js > 0,
      () => js * js,
      () => Number(js),
      () => Math.max(js),
    ])
      expect(operate).toThrow(
        'A tensor is no number, so +, -, < and == do not work on it. Use functions, as in add(x, 1)',
      )
    expect(() =>
      gradus.compile((v: gradus.Tensor) => ((v as unknown as number) > 0 ? v : ops.neg(v)))(tensor(1)),
    ).toThrow('A tensor is no number')
    expect(() => (gradus.input({ shape: [1] }) as unknown as number) + 1).toThrow('A tensor is no number')
    expect(`${tensor([1, 2])}`).toBe('[1. 2.]')
    expect(String(tensor(3))).toBe('3.0')
  })

  it('what has no gradient and is no function', () => {
    expect(() => wrong(gradus.grad(ops.square as never))(3)).toThrow(
      'the first argument holds none. Make one with tensor(...).',
    )
    expect(() => wrong(gradus.valueAndGrad(ops.sum as never))([1, 2])).toThrow('the first argument holds none.')
    expect(() => wrong(gradus.grad)(3)).toThrow('A gradient needs a function of tensors and got number.')
    expect(() => wrong(gradus.compile)(x)).toThrow('compile takes a function of tensors')
    expect(JSON.parse(JSON.stringify(new Sequential([new Dense({ units: 1, inputShape: [2] })], { seed: 1 })))).toEqual(
      {
        model: 'Sequential',
        seed: 1,
        layers: [{ layer: 'Dense', units: 1, inputShape: [2] }],
      },
    )
  })

  it('functions of one value work in map, and of two in reduce', () => {
    expect([x, x].map(ops.square as (x: gradus.Tensor) => gradus.Tensor)).toHaveLength(2)
    expect([x, x, x].reduce(ops.add as (a: gradus.Tensor, b: gradus.Tensor) => gradus.Tensor).array()).toEqual([
      [3, 6],
      [9, 12],
    ])
  })

  it('typed arrays become the dtype that holds their values', () => {
    expect(tensor(new Uint8ClampedArray([0, 300])).array()).toEqual([0, 255])
    expect(tensor(new Int8Array([-3, 5])).array()).toEqual([-3, 5])
    expect(tensor(new Uint16Array([65535])).dtype).toBe('int32')
    expect(tensor(new Int16Array([-5])).dtype).toBe('int32')
    expect(tensor([new Int32Array([2 ** 24 + 1])]).array()).toEqual([[2 ** 24 + 1]])
    expect(tensor(new Uint8Array([1, 0]), { dtype: 'bool' }).array()).toEqual([true, false])
  })
})

describe('constructors', () => {
  const { initializers, losses, metrics, optimizers, regularizers, callbacks } = gradus
  it.each([
    [
      'a rate that is NaN',
      () => new gradus.Adam({ learningRate: Number.NaN }),
      "Adam: 'learningRate' must be a number",
    ],
    [
      'a negative rate',
      () => new gradus.SGD({ learningRate: -0.1 }),
      "SGD: 'learningRate' must be a number or a schedule",
    ],
    ['momentum above 1', () => new optimizers.RMSprop({ momentum: 1.5 }), 'must be a number from 0 to 1 and is 1.5.'],
    ['a negative decay', () => new optimizers.AdamW({ weightDecay: -1 }), 'must be a number at least 0 and is -1.'],
    [
      'a list in place of a rate',
      () => wrong(() => new optimizers.Adam([] as never))(),
      'takes its options in one object',
    ],
    [
      'a negative factor',
      () => new callbacks.ReduceLROnPlateau({ factor: -1 }),
      'must be a number smaller than 1 at least 0',
    ],
    [
      'minDelta NaN',
      () => new callbacks.EarlyStopping({ minDelta: Number.NaN }),
      "EarlyStopping: 'minDelta' must be a number",
    ],
    ['threshold NaN', () => new metrics.BinaryAccuracy({ threshold: Number.NaN }), 'must be a number and is NaN'],
    ['a promise', () => new Dense(Promise.resolve({ units: 1 }) as never), 'and got a promise (put await before it).'],
    [
      'options after the options',
      () => new (Dense as unknown as new (...a: object[]) => object)({ units: 1 }, { activation: 'relu' }),
      'Dense takes its options in one object and got a second argument, {"activation":"relu"}.',
    ],
    [
      'an initializer as a class',
      () => new Dense({ units: 1, kernelInitializer: initializers.Zeros as never }),
      'is the class Zeros, not an instance of it.',
    ],
    [
      'an initializer as data',
      () => new Dense({ units: 1, kernelInitializer: { initializer: 'Zeros' } as never }),
      "'kernelInitializer' must be an initializer and is {",
    ],
    [
      'a regularizer as a number',
      () => new Dense({ units: 1, kernelRegularizer: 0.01 as never }),
      "'kernelRegularizer' must be a regularizer and is 0.01.",
    ],
    [
      'a regularizer in a list',
      () => new Dense({ units: 1, kernelRegularizer: [new regularizers.L2()] as never }),
      "'kernelRegularizer' must be a regularizer",
    ],
    [
      'an activation that is an object',
      () => new Dense({ units: 1, activation: {} as never }),
      "'activation' must be an activation and is {}.",
    ],
    [
      'a metric made from a loss',
      () => new metrics.MeanSquaredError(3 as never),
      'MeanSquaredError takes its options in one object, and got 3.',
    ],
    [
      'a loss with a loss',
      () => new losses.MeanSquaredError(new losses.MeanSquaredError() as never),
      'and got the loss MeanSquaredError.',
    ],
    [
      'positional inputs and outputs',
      () => new (gradus.Model as unknown as new (...a: unknown[]) => object)(gradus.input({ shape: [1] }), 1),
      'Model takes its options in one object',
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message)
  })
})

describe('models', () => {
  const data = [
    [1, 2],
    [3, 4],
  ]
  const targets = [[1], [2]]
  const model = () => {
    const made = new Sequential([new Dense({ units: 1 })])
    made.compile({ optimizer: 'sgd', loss: 'mse' })
    return made
  }
  const compile = (options: object) => () => wrong(Sequential.prototype.compile).call(model(), options)

  it.each([
    [
      'an option',
      { optimizer: 'sgd', loss: 'mse', metric: ['mae'] },
      "compile has no option 'metric'. Did you mean 'metrics'?",
    ],
    ['an option in snake case', { optimizer: 'sgd', loss_weights: [1] }, "Did you mean 'lossWeights'?"],
    ['a loss', { optimizer: 'sgd', loss: 'mean_squared_eror' }, "Did you mean 'MeanSquaredError'?"],
    ['a metric', { optimizer: 'sgd', loss: 'mse', metrics: ['acuracy'] }, 'compile: metrics: '],
    ['a weighted metric', { optimizer: 'sgd', loss: 'mse', weightedMetrics: ['nothing'] }, 'compile: weightedMetrics'],
    ['a metric of one output', { optimizer: 'sgd', loss: 'mse', metrics: { a: ['nothing'] } }, "'nothing'"],
  ])('compile with %s that is unknown', (_, options, message) => {
    expect(compile(options)).toThrow(message)
  })

  it('compile takes names that depend on shapes', () => {
    compile({ optimizer: 'sgd', loss: 'crossentropy', metrics: ['accuracy', 'ce'] })()
  })

  it.each([
    ['fit', { batch_size: 4 }, "fit has no option 'batch_size'. Did you mean 'batchSize'?"],
    ['fit', { epoch: 4 }, "fit has no option 'epoch'. Did you mean 'epochs'?"],
    ['evaluate', { batch_size: 4 }, "evaluate has no option 'batch_size'. Did you mean 'batchSize'?"],
    ['trainOnBatch', { sample_weight: [1, 1] }, "Did you mean 'sampleWeight'?"],
    ['testOnBatch', { weights: [1, 1] }, "testOnBatch has no option 'weights'."],
  ])('%s with %j', async (method, options, message) => {
    const made = model() as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
    await expect(made[method]!(data, targets, options)).rejects.toThrow(message)
  })

  it('predict with an unknown option', async () => {
    await expect(wrong(Sequential.prototype.predict).call(model(), data, { batch_size: 2 })).rejects.toThrow(
      "predict has no option 'batch_size'. Did you mean 'batchSize'?",
    )
  })

  it.each([
    [{ on_epoch_end() {} }, "there is no hook 'on_epoch_end'. Did you mean 'onEpochEnd'?"],
    [{ onEpochend() {} }, "Did you mean 'onEpochEnd'?"],
    [{ onBatchEnd() {} }, "Did you mean 'onTrainBatchEnd'?"],
    [{ onEpochFinish() {} }, "there is no hook 'onEpochFinish'."],
    [{ onEpochEnd: 3 }, 'callbacks: onEpochEnd is 3; expected a function'],
    [
      new (class {
        on_train_begin() {}
      })(),
      "Did you mean 'onTrainBegin'?",
    ],
  ])('a callback %o', async (callback, message) => {
    const callbacks = [callback] as never
    await expect(model().fit(data, targets, { verbose: 0, callbacks })).rejects.toThrow(message)
    await expect(model().evaluate(data, targets, { verbose: 0, callbacks })).rejects.toThrow(message)
  })

  it('a dataset of single samples', async () => {
    const samples = await fromArrays({ x: data, y: targets })
    await expect(model().fit(samples, { verbose: 0 })).rejects.toThrow(
      'The dataset gives single samples, and training works on batches: arrays [samples, ...]. Batch the samples, as in dataset.batch(32).',
    )
    const single = gradus.fromIterable(function* () {
      yield { x: [1, 2], y: 3 }
    })
    await expect(model().fit(single, { verbose: 0 })).rejects.toThrow('Batch the samples')
    await model().fit(samples.batch(2), undefined, { verbose: 0 })
  })

  it('targets beside a dataset, and batches that are none', async () => {
    const batches = (await fromArrays({ x: data, y: targets })).batch(2)
    await expect(wrong(Sequential.prototype.fit).call(model(), batches, targets)).rejects.toThrow(
      'A dataset brings its own targets',
    )
    const pairs = (async function* () {
      yield [data, targets, undefined, targets]
    })()
    await expect(model().fit(pairs as never, { verbose: 0 })).rejects.toThrow(
      'expected { x, y, sampleWeight } or [x, y, sampleWeight]; y and sampleWeight are optional.',
    )
    const misspelt = (async function* () {
      yield { x: data, labels: targets }
    })()
    await expect(model().fit(misspelt as never, { verbose: 0 })).rejects.toThrow("Batch 0 of the dataset has 'labels'.")
  })

  it.each([
    [
      'a list of batches',
      [{ x: [[1, 2]], y: [[1]] }],
      'x is a list of batches. Batches come from a dataset, a generator or a function',
    ],
    ['no dtype', { data: new Uint8Array(4), shape: [2, 2] }, 'x.dtype: undefined is no dtype. The dtypes are'],
  ])('%s in place of data', async (_, given, message) => {
    await expect(model().fit(given as never, targets, { verbose: 0 })).rejects.toThrow(message)
    await expect(model().predict(given as never)).rejects.toThrow(message)
  })

  it.each([
    ['a generator', () => (function* () {})()],
    ['a generator function', () => async function* () {}],
  ])('%s without batches, and beside targets', async (_, open) => {
    await expect(model().fit(open() as never, { verbose: 0 })).rejects.toThrow('The dataset gave no batch.')
    await expect(model().predict(open() as never)).rejects.toThrow('The dataset gave no batch.')
    await expect(model().fit(open() as never, targets, { verbose: 0 })).rejects.toThrow(
      'A dataset brings its own targets',
    )
  })

  const batches = (list: unknown[]) => ({
    [Symbol.asyncIterator]: async function* () {
      yield* list
    },
  })
  it.each<[string, unknown[], string]>([
    ['a promise of data', [Promise.resolve(data), targets], 'x is a promise (put await before it); expected nested'],
    ['a promise of targets', [data, Promise.resolve(targets)], 'y is a promise (put await before it)'],
    [
      'a promise of options',
      [data, targets, Promise.resolve({})],
      'fit takes its options in an object and got a promise',
    ],
    ['a promise of a dataset', [fromArrays({ x: data, y: targets })], 'x is a promise (put await before it)'],
    ['a batch size by position', [data, targets, 32], 'fit takes its options in an object and got 32.'],
    ['a set', [new Set(data), targets], 'A dataset brings its own targets'],
    [
      'an iterable',
      [
        {
          *[Symbol.iterator]() {
            yield data
          },
        },
        targets,
      ],
      'A dataset brings its own targets',
    ],
    [
      'batchSize with a dataset',
      [batches([{ x: data, y: targets }]), { batchSize: 1 }],
      'A dataset makes its own batches, and batchSize is 1.',
    ],
    [
      'validationData by name',
      [data, targets, { validationData: { x: data, y: targets } }],
      'expected [x, y], [x, y, sampleWeight] or a dataset of batches.',
    ],
    [
      'validationData without targets',
      [data, targets, { validationData: [data] }],
      'validationData is [[[1,2],[3,4]]]; expected [x, y]',
    ],
    [
      'a promise in validationData',
      [data, targets, { validationData: [Promise.resolve(data), targets] }],
      'validationData: x is a promise',
    ],
    [
      'validationData of another length',
      [data, targets, { validationData: [data, [1]] }],
      'validationData: x has 2 samples and y has 1.',
    ],
    ['NaN in sampleWeight', [data, targets, { sampleWeight: [1, Number.NaN] }], 'sampleWeight holds NaN in sample 1'],
    [
      'NaN in classWeight',
      [data, targets, { classWeight: { 0: Number.NaN } }],
      `'classWeight' must be an object with numbers and is {"0":"NaN"}.`,
    ],
    [
      'a name in classWeight',
      [data, targets, { classWeight: { cat: 2 } }],
      "classWeight has a weight for 'cat'; expected class numbers",
    ],
    [
      'hooks of Keras',
      [data, targets, { callbacks: [{ onEpochEnd: (_: number, logs: { loss: number }) => logs.loss }] }],
      'callbacks: onEpochEnd takes 2 arguments; expected a function of one object, as in onEpochEnd({ epoch',
    ],
    [
      'a callback without hooks',
      [data, targets, { callbacks: [{ epochEnd() {} }] }],
      'callbacks holds {"epochEnd":"a function"}; expected',
    ],
    ['a list in callbacks', [data, targets, { callbacks: [[]] }], 'callbacks holds []; expected'],
    [
      'a class with a misspelt hook',
      [
        data,
        targets,
        {
          callbacks: [
            new (class {
              onEpochEnded() {}
            })(),
          ],
        },
      ],
      "there is no hook 'onEpochEnded'. Did you mean 'onEpochEnd'?",
    ],
  ])('fit with %s', async (_, args, message) => {
    const options = args.at(-1)
    const isObject = typeof options === 'object' && Object.getPrototypeOf(options) === Object.prototype
    const quiet = isObject && !(Symbol.iterator in options!) ? [...args.slice(0, -1), { ...options, verbose: 0 }] : args
    await expect((model().fit as (...args: unknown[]) => Promise<unknown>)(...quiet)).rejects.toThrow(message)
  })

  it('a dataset in the place of one batch', async () => {
    const dataset = (await fromArrays({ x: data, y: targets })).batch(2)
    await expect(model().trainOnBatch(dataset as never)).rejects.toThrow('trainOnBatch takes one batch')
    await expect(model().testOnBatch(dataset as never)).rejects.toThrow('testOnBatch takes one batch')
  })

  it.each([
    ['an optimizer without options', { optimizer: {} }, 'compile: optimizer must name its optimizer'],
    [
      'a class of a loss',
      { loss: gradus.losses.MeanSquaredError },
      'is the class MeanSquaredError, not an instance of it',
    ],
    [
      'a metric as the loss',
      { loss: new gradus.metrics.MeanSquaredError() },
      'compile: loss must be a loss and is the metric MeanSquaredError.',
    ],
    [
      'a class of a metric',
      { metrics: [gradus.metrics.MeanSquaredError] },
      'is the class MeanSquaredError, not an instance of it',
    ],
    ['a number among the metrics', { metrics: [3] }, 'compile: metrics must be the name of a metric'],
    ['a registry that is none', { registry: {} }, 'compile: registry is {}; expected one such as standard.with('],
    ['a name as a weight', { lossWeights: ['a'] }, "compile: 'lossWeights' must be a number or a list"],
  ])('compile with %s', (_, options, message) => {
    expect(compile({ optimizer: 'sgd', loss: 'mse', ...options })).toThrow(message)
  })

  it('files and weights', async () => {
    const js = (made: object) => made as Record<string, (...args: unknown[]) => unknown>
    const small = (...names: string[]) => {
      return new Sequential(names.map((name) => new Dense({ units: 2, name, inputShape: [2] })) as [], { seed: 1 })
    }
    const [larger, smaller] = [small('a', 'b'), small('a')]
    const before = await smaller.getWeights()
    for (const bytes of [await larger.toBytes(), await larger.toBytes({ weightsOnly: true })]) {
      await expect(smaller.loadWeights(bytes)).rejects.toThrow(
        'setWeights: the model has no b.kernel, b.bias. It has a.kernel, a.bias. The weights must be those of a model with the same layers',
      )
      expect(await smaller.getWeights()).toEqual(before)
    }
    await expect(larger.loadWeights(await smaller.toBytes())).rejects.toThrow("there is no weight for 'b.kernel'")
    for (const [call, message] of [
      [() => js(smaller)['setWeights']!(), 'setWeights takes a list of weights'],
      [() => js(smaller)['setWeights']!(larger.getWeights()), 'and got a promise (put await before it).'],
      [
        () => js(smaller)['toBytes']!({ weights_only: true }),
        "toBytes has no option 'weights_only'. Did you mean 'weightsOnly'?",
      ],
      [
        () => js(smaller)['save']!('/tmp/never.safetensors', { weightsOnly: true }),
        "save has no option 'weightsOnly'.",
      ],
      [() => js(smaller)['loadWeights']!(new Uint8Array(), { by_name: true }), "loadWeights has no option 'by_name'."],
      [
        () => js(gradus)['loadModel']!(new Uint8Array(), { custom_objects: {} }),
        "loadModel has no option 'custom_objects'.",
      ],
      [() => js(gradus)['loadModel']!('ftp://example.org/a.safetensors'), 'addresses begin with downloads, '],
      [() => js(smaller)['save']!('localstorage://model'), 'addresses begin with downloads, '],
    ] as const)
      await expect(async () => call()).rejects.toThrow(message)
    await expect(async () => js(smaller)['save']!()).rejects.toThrow(
      'A file to write is a path or a file handle, and got undefined.',
    )
    expect(() => js(smaller)['build']!(2)).toThrow('build takes the shape of the input with the batch')
    expect(() => js(smaller)['getLayer']!({ layer: 0 })).toThrow('The model has no layer called {"layer":0}.')
    expect(() => js(smaller)['summary']!(60)).toThrow('summary takes its options in an object and got 60.')
  })

  it('options in a list', async () => {
    await expect(wrong(Sequential.prototype.fit).call(model(), data, targets, [3])).rejects.toThrow(
      'The options are an object, as in { epochs: 3 }, and not [3].',
    )
  })
})

describe('data', async () => {
  const data = { x: [[1], [2]], y: [1, 2] }
  const js = (made: object) => made as Record<string, (...args: unknown[]) => unknown>
  const samples = await fromArrays(data)
  it.each<[string, () => unknown, string]>([
    [
      'fromArrays(x, y)',
      () => js(gradus)['fromArrays']!(data.x, data.y),
      'fromArrays takes its arrays by name, as in fromArrays({ x, y }), and got [[1],[2]].',
    ],
    ['fromArrays()', () => js(gradus)['fromArrays']!(), 'fromArrays takes its arrays by name'],
    [
      'fromArrays, labels',
      () => js(gradus)['fromArrays']!({ x: data.x, labels: data.y }),
      'fromArrays takes its arrays by name',
    ],
    [
      'trainTestSplit(x, y)',
      () => js(gradus)['trainTestSplit']!(data.x, data.y),
      'trainTestSplit takes its options in an object',
    ],
    [
      'trainTestSplit, test_size',
      () => js(gradus)['trainTestSplit']!(data, { test_size: 0.5 }),
      "trainTestSplit has no option 'test_size'. Did you mean 'testSize'?",
    ],
    ['shuffle(1000)', () => js(samples)['shuffle']!(1000), 'shuffle takes its options in an object and got 1000.'],
    ['shuffle, bufferSize', () => js(samples)['shuffle']!({ bufferSize: 2 }), "shuffle has no option 'bufferSize'."],
    [
      'batch, drop_remainder',
      () => js(samples)['batch']!(2, { drop_remainder: true }),
      "batch has no option 'drop_remainder'. Did you mean 'dropRemainder'?",
    ],
    ['batch(2, true)', () => js(samples)['batch']!(2, true), 'batch takes its options in an object and got true.'],
    ['map()', () => js(samples)['map']!(), 'map takes a function of an element, and got undefined.'],
    ['filter(3)', () => js(samples)['filter']!(3), 'filter takes a function of an element, and got 3.'],
    [
      'toCategorical with options',
      () => js(gradus)['toCategorical']!([0, 1], { numClasses: 3 }),
      'toCategorical: the number of classes is {"numClasses":3}; expected a whole number from 1',
    ],
    [
      'toCategorical of a negative label',
      () => js(gradus)['toCategorical']!([0, -1]),
      'labels[1] is -1; expected a whole number from 0.',
    ],
    [
      'padSequences(sequences, 3)',
      () => js(gradus)['padSequences']!([[1]], 3),
      'padSequences takes its options in an object and got 3.',
    ],
    [
      'padSequences, maxLength',
      () => js(gradus)['padSequences']!([[1]], { maxLength: 3 }),
      "padSequences has no option 'maxLength'.",
    ],
    [
      'scaleToUnit without a range',
      () => js(gradus)['scaleToUnit']!([[1]]),
      'scaleToUnit takes the range of each feature, as in scaleToUnit(x, featureRange(x)), and got undefined.',
    ],
    [
      'one column as a text',
      async () => js(await gradus.readCsv({ text: 'a\n1\n' }, { columns: { a: 'number' } }))['matrix']!('a'),
      `matrix takes a list of columns, as in matrix(['age', 'height']), and got "a".`,
    ],
    [
      'an iterable that is none',
      async () => {
        for await (const _ of gradus.fromIterable((() => 3) as never)) return
      },
      'fromIterable takes a function that returns an iterable, and it returned 3.',
    ],
  ])('%s', async (_, call, message) => {
    await expect(async () => call()).rejects.toThrow(message)
  })
})

describe('calls of layers and losses', () => {
  const { Embedding, Input, Model: Functional, input } = gradus
  const dense = new Dense({ units: 2 })
  const binary = (loss: string, y: number[][]) => () => {
    const model = new Sequential([new Dense({ units: 1 })])
    model.compile({ optimizer: 'sgd', loss: loss as 'mse' })
    return model.fit([[1], [2]], y, { verbose: 0 })
  }

  it.each([
    ['an option by position', () => wrong(dense.call).call(dense, x, true), 'takes its options in an object'],
    ['new Input(null)', () => Reflect.construct(Input, [null]), 'Input takes its options in one object'],
    [
      'a layer as output',
      () => Reflect.construct(Functional, [{ inputs: input({ shape: [2] }), outputs: dense }]),
      'alone or in lists and plain objects, and not the layer Dense',
    ],
    [
      'two layers to add',
      () => wrong(Sequential.prototype.add).call(new Sequential([]), dense, dense),
      'add takes one',
    ],
    [
      'weights of Embedding',
      () => Reflect.construct(Embedding, [{ inputDim: 2, outputDim: 1, weights: 3 }]),
      "'weights' must be rows of numbers",
    ],
    ['an option of compile', () => wrong(gradus.compile)(ops.neg, { donated: [0] }), "compile has no option 'donated'"],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message)
  })

  it.each([
    ['a label above 1', binary('binaryCrossentropy', [[1], [2]]), 'y holds the label 2: binary crossentropy takes'],
    ['a label below 0', binary('binaryCrossentropy', [[-1], [1]]), 'y holds the label -1'],
    ['one class', binary('categoricalCrossentropy', [[1], [1]]), 'The model has one class for y'],
  ])('%s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message)
  })
})
