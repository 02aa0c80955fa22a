import { cpu } from '@gradus/backend-cpu'
import { EarlyStopping, TerminateOnNaN } from '@gradus/callbacks'
import { type CallbackContext, ConfigError, DataError, DivergenceError, Metric } from '@gradus/core'
import { BatchNormalization, Dense, Dropout } from '@gradus/layers'
import { MeanSquaredError, SparseCategoricalCrossentropy } from '@gradus/losses'
import { MeanAbsoluteError, SparseCategoricalAccuracy } from '@gradus/metrics'
import { Adam, SGD } from '@gradus/optimizers'
import { useBackend, zeros } from '@gradus/tensor'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { Sequential } from '../model/sequential.ts'

beforeAll(() => useBackend(cpu()))

const x = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(2 * i), i / 12])
const y = x.map(([a, b, c]) => [a! * 2 - b!, c! + 1])
const labels = x.map(([a]) => (a! > 0 ? 1 : 0))

function regression(seed = 1) {
  const model = new Sequential(
    [new Dense({ units: 5, activation: 'tanh', inputShape: [3] }), new Dense({ units: 2 })],
    { seed },
  )
  model.compile({
    optimizer: new Adam({ learningRate: 0.01 }),
    loss: new MeanSquaredError(),
    metrics: [new MeanAbsoluteError()],
  })
  return model
}

function classifier(config: { seed?: number; rate?: number } = {}) {
  const model = new Sequential(
    [
      new Dense({ units: 8, activation: 'relu', inputShape: [3] }),
      new BatchNormalization(),
      new Dropout({ rate: 0.3 }),
      new Dense({ units: 2, activation: 'softmax', name: 'classes' }),
    ],
    { seed: config.seed ?? 1 },
  )
  model.compile({
    optimizer: new SGD({ learningRate: config.rate ?? 0.1, momentum: 0.9 }),
    loss: new SparseCategoricalCrossentropy(),
    metrics: [new SparseCategoricalAccuracy({ name: 'accuracy' })],
  })
  return model
}

function hostArray(rows: number[][]) {
  return { data: Float32Array.from(rows.flat()), shape: [rows.length, rows[0]!.length], dtype: 'float32' } as const
}

const quiet = { verbose: 0, batchSize: 4 } as const

describe('fit', () => {
  it('lowers the loss and returns the figures of every epoch', async () => {
    const { history, epoch } = await regression().fit(x, y, { ...quiet, epochs: 40 })
    expect(epoch).toEqual(Array.from({ length: 40 }, (_, i) => i))
    expect(Object.keys(history)).toEqual(['loss', 'mean_absolute_error'])
    expect(history.loss!.at(-1)).toBeLessThan(history.loss![0]! / 2)
  })

  it('gives the same figures for the same seed and others for another seed, with dropout and shuffling', async () => {
    const run = async (seed: number) =>
      (await classifier({ seed }).fit(x, labels, { ...quiet, epochs: 3 })).history.loss
    const first = await run(7)
    expect(await run(7)).toEqual(first)
    expect(await run(8)).not.toEqual(first)
  })

  it('gives the same weights compiled and op by op', async () => {
    const weights = async (jit: boolean) => {
      const model = regression()
      model.compile({ optimizer: new Adam(), loss: new MeanSquaredError(), jit })
      await model.fit(x, y, { ...quiet, epochs: 2 })
      return (await model.getWeights()).map(({ data }) => Array.from(data))
    }
    expect(await weights(false)).toEqual(await weights(true))
  })

  it('validates on the last samples, before shuffling', async () => {
    const { history } = await regression().fit(x, y, { ...quiet, epochs: 2, validationSplit: 0.25 })
    expect(history.val_loss).toHaveLength(2)
    const model = regression()
    const apart = await model.fit(x.slice(0, 9), y.slice(0, 9), {
      ...quiet,
      epochs: 2,
      validationData: [x.slice(9), y.slice(9)],
    })
    expect(apart.history).toEqual(history)
  })

  it('counts class weights in training only, as Keras does', async () => {
    const weighted = { ...quiet, classWeight: { 0: 5, 1: 0.5 } }
    const { history } = await classifier().fit(x, labels, { ...weighted, epochs: 2, validationSplit: 0.25 })
    const apart = await classifier().fit(x.slice(0, 9), labels.slice(0, 9), {
      ...weighted,
      epochs: 2,
      validationData: [x.slice(9), labels.slice(9)],
    })
    expect(apart.history).toEqual(history)
  })

  it('iterates over a dataset of batches once per epoch', async () => {
    let passes = 0
    const dataset = {
      async *[Symbol.asyncIterator]() {
        passes++
        for (let i = 0; i < 12; i += 4) yield { x: hostArray(x.slice(i, i + 4)), y: hostArray(y.slice(i, i + 4)) }
      },
    }
    const model = regression()
    await model.getWeights()
    passes = 0
    const { history } = await model.fit(dataset, { verbose: 0, epochs: 3 })
    const arrays = await regression().fit(x, y, { ...quiet, epochs: 3, shuffle: false })
    expect(history).toEqual(arrays.history)
    expect(passes).toBeGreaterThanOrEqual(3)
  })

  it('continues after the last batch of the epoch before when stepsPerEpoch is given', async () => {
    const steps = async (stepsPerEpoch: number, epochs: number) => {
      const seen: number[] = []
      const end = {
        onEpochEnd: () => {
          seen.push(count)
          count = 0
        },
        onTrainBatchEnd: () => {
          count++
        },
      }
      let count = 0
      await regression().fit(x, y, { ...quiet, epochs, stepsPerEpoch, callbacks: [end] })
      return seen
    }
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    expect(await steps(3, 3)).toEqual([3, 3, 3])
    expect(await steps(1, 4)).toEqual([1, 1, 1, 1])
    expect(warn).not.toHaveBeenCalled()
    expect(await steps(2, 3)).toEqual([2, 1, 2]) // as in Keras: the pass ends within the second epoch
    expect(warn.mock.calls[0]![0]).toMatch(/ended after 1 of 2 steps/)
    warn.mockRestore()
  })

  it('stops when a callback sets stopTraining, and when the signal is aborted', async () => {
    const seen: number[] = []
    const stopAt = {
      onTrainBatchEnd({ model, step }: CallbackContext) {
        seen.push(step)
        model.stopTraining = step === 1
      },
    }
    await regression().fit(x, y, { ...quiet, epochs: 5, callbacks: [stopAt] })
    expect(seen).toEqual([0, 1])

    const controller = new AbortController()
    const model = regression()
    const before = await model.getWeights()
    const abort = { onTrainBatchEnd: () => controller.abort(new Error('enough')) }
    await expect(
      model.fit(x, y, { ...quiet, epochs: 5, callbacks: [abort], signal: controller.signal }),
    ).rejects.toThrow('enough')
    expect(await model.getWeights()).not.toEqual(before) // training up to the abort is kept
  })

  it('stops early and restores the best weights', async () => {
    const model = regression()
    const stopper = new EarlyStopping({ monitor: 'val_loss', patience: 1, restoreBestWeights: true })
    const { history } = await model.fit(x, y, {
      ...quiet,
      epochs: 60,
      validationData: [x, y.map((row) => row.map((v) => -v))],
      callbacks: [stopper],
    })
    expect(history.val_loss!.length).toBeLessThan(60)
  })

  it('lets a callback change the learning rate between batches', async () => {
    const model = regression()
    const freeze = { onTrainBatchEnd: ({ model: trained }: CallbackContext) => void (trained.learningRate = 0) }
    await model.fit(x, y, { ...quiet, epochs: 1, callbacks: [freeze] })
    const weights = await model.getWeights()
    await model.fit(x, y, { ...quiet, epochs: 1 })
    expect(await model.getWeights()).toEqual(weights)
    expect(model.learningRate).toBe(0)
  })

  it('tells callbacks how many batches there are, in predict too', async () => {
    const seen: (number | undefined)[] = []
    const callbacks = [{ onPredictBegin: ({ params }: CallbackContext) => void seen.push(params.steps) }]
    await regression().predict(x, { batchSize: 5, callbacks })
    await regression().predict(x, { batchSize: 5, steps: 2, callbacks })
    expect(seen).toEqual([3, 2])
  })

  it('keeps weights that a callback sets at the end of the last epoch', async () => {
    const model = regression()
    const given = (await regression(2).getWeights()).map(({ path, data, ...rest }) => ({ ...rest, path, data }))
    const set = {
      onEpochEnd: async ({ model: trained }: CallbackContext) => {
        trained.learningRate = 0
        await trained.setWeights(given)
      },
    }
    await model.fit(x, y, { ...quiet, epochs: 1, callbacks: [set] })
    expect(await model.getWeights()).toEqual(given)
    await model.fit(x, y, { ...quiet, epochs: 1 })
    expect(await model.getWeights()).toEqual(given)
  })

  it('shows callbacks the weights of the step before, and takes a rate set at the beginning of a batch', async () => {
    const model = regression()
    const seen: number[] = []
    const freeze = {
      onTrainBatchBegin: async ({ model: trained, step }: CallbackContext) => {
        seen.push((await trained.getWeights())[0]!.data[0]!)
        if (step === 1) trained.learningRate = 0
      },
    }
    await model.fit(x, y, { ...quiet, epochs: 2, callbacks: [freeze] })
    expect(seen[1]).not.toBe(seen[0])
    expect(new Set(seen.slice(1))).toEqual(new Set([seen[1]]))
  })

  it('trains only layers that are trainable', async () => {
    const model = regression()
    model.layers[0]!.trainable = false
    model.compile({ optimizer: new Adam(), loss: new MeanSquaredError() })
    const before = await model.getWeights()
    await model.fit(x, y, { ...quiet, epochs: 1 })
    const after = await model.getWeights()
    expect(after[0]!.data).toEqual(before[0]!.data)
    expect(after[2]!.data).not.toEqual(before[2]!.data)
  })

  it('leaves the penalties of frozen layers out, in training and in evaluation', async () => {
    const loss = async (trainable: boolean, kernelRegularizer?: 'l2') => {
      const layer = new Dense({ units: 2, inputShape: [3], trainable, ...(kernelRegularizer && { kernelRegularizer }) })
      const model = new Sequential([layer, new Dense({ units: 2 })], { seed: 1 })
      model.compile({ optimizer: new SGD({ learningRate: 0 }), loss: new MeanSquaredError() })
      const trained = await model.fit(x, y, quiet)
      return [trained.history.loss![0]!, (await model.evaluate(x, y, quiet)).loss!]
    }
    const plain = await loss(true)
    expect(await loss(false, 'l2')).toEqual(plain)
    for (const [index, penalized] of (await loss(true, 'l2')).entries())
      expect(penalized).toBeGreaterThan(plain[index]!)
  })
})

describe('divergence', () => {
  it('ends with the epoch, the step and the layer, and with the weights of the step before', async () => {
    const model = regression()
    model.compile({ optimizer: new SGD({ learningRate: 1e30 }), loss: new MeanSquaredError() })
    const error = await model.fit(x, y, { ...quiet, epochs: 5 }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(DivergenceError)
    expect((error as DivergenceError).message).toMatch(/epoch 1, step \d.*layer 'dense/)
    for (const { data } of await model.getWeights()) expect(Array.from(data).every(Number.isFinite)).toBe(true)
  })

  it('names the failed step among several that ran at once', async () => {
    const model = regression()
    model.compile({ optimizer: new SGD({ learningRate: 1e30 }), loss: new MeanSquaredError(), stepsPerExecution: 3 })
    const error = await model.fit(x, y, { ...quiet, epochs: 5 }).catch((e: unknown) => e)
    expect((error as DivergenceError).step).toBe(1)
  })

  it('ends without an error when TerminateOnNaN is there', async () => {
    const model = regression()
    model.compile({ optimizer: new SGD({ learningRate: 1e30 }), loss: new MeanSquaredError() })
    const log: string[] = []
    const original = console.log
    console.log = (text: string) => log.push(text)
    try {
      const { history } = await model.fit(x, y, { ...quiet, epochs: 5, callbacks: [new TerminateOnNaN()] })
      expect(history.loss!.length).toBe(1)
    } finally {
      console.log = original
    }
  })
})

describe('bad input throws before any weight changes', () => {
  const unchanged = async (
    run: (model: Sequential) => Promise<unknown>,
    kind: new (...args: never) => Error,
    message: RegExp,
  ) => {
    const model = classifier()
    const before = await model.getWeights()
    const error = await run(model).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(kind)
    expect((error as Error).message).toMatch(message)
    expect(await model.getWeights()).toEqual(before)
  }

  it('wrong width, naming the input and both shapes', () =>
    unchanged(
      (model) => model.fit([[1, 2]], [0], quiet),
      DataError,
      /input 'input_layer' expects samples of shape \[3\].*\[1, 2\]/,
    ))
  it('labels out of range, naming the sample', () =>
    unchanged(
      (model) =>
        model.fit(
          x,
          labels.map((l, i) => (i === 5 ? 2 : l)),
          quiet,
        ),
      DataError,
      /2.*sample 5/,
    ))
  it('NaN, naming the sample', () =>
    unchanged(
      (model) =>
        model.fit(
          x.map((row, i) => (i === 3 ? [1, Number.NaN, 1] : row)),
          labels,
          quiet,
        ),
      DataError,
      /x holds NaN in sample 3/,
    ))
  it('unequal lengths', () => unchanged((model) => model.fit(x, labels.slice(1), quiet), DataError, /12.*11/))
  it('no samples', () => unchanged((model) => model.fit([], [], quiet), DataError, /empty/))
  it('ragged rows', () =>
    unchanged(
      (model) =>
        model.fit(
          [
            [1, 2, 3],
            [1, 2],
          ],
          [0, 1],
          quiet,
        ),
      DataError,
      /x\[1\]/,
    ))
  it('targets that do not fit the output', () =>
    unchanged(
      (model) =>
        model.fit(
          x,
          x.map(() => [1, 0, 0]),
          quiet,
        ),
      Error,
      /output 'classes'/,
    ))
  it('a split with an empty part', () =>
    unchanged((model) => model.fit(x, labels, { ...quiet, validationSplit: 1 }), DataError, /validationSplit is 1/))

  it('an invalid batch size', async () => {
    for (const batchSize of [0, -1, 2.5, Number.NaN]) {
      const message = new RegExp(`'batchSize' must be a positive whole number and is ${batchSize}`)
      await unchanged((model) => model.fit(x, labels, { ...quiet, batchSize }), ConfigError, message)
    }
    await expect(classifier().evaluate(x, labels, { batchSize: 0 })).rejects.toThrow(/'batchSize' must be .* is 0/)
    await expect(classifier().predict(x, { batchSize: 0 })).rejects.toThrow(/'batchSize' must be .* is 0/)
  })

  it('a second fit while the first is running', async () => {
    const model = classifier()
    const first = model.fit(x, labels, { ...quiet, epochs: 3 })
    await expect(model.fit(x, labels, quiet)).rejects.toThrow(/another fit of the same model is running/)
    expect((await first).history.loss).toHaveLength(3)
    await expect(model.fit(x, labels, quiet)).resolves.toBeDefined()
  })

  it('a split of a dataset', async () => {
    const dataset = {
      async *[Symbol.asyncIterator]() {
        yield { x: hostArray(x), y: hostArray(labels.map((l) => [l])) }
      },
    }
    await expect(classifier().fit(dataset, { verbose: 0, validationSplit: 0.5 })).rejects.toThrow(
      /validationSplit works for arrays/,
    )
  })

  it('fit before compile', async () => {
    const model = new Sequential([new Dense({ units: 1, inputShape: [3] })])
    await expect(model.fit(x, labels)).rejects.toThrow(/Call model.compile/)
    await expect(model.fit(x, labels)).rejects.toBeInstanceOf(ConfigError)
  })

  it('a fit without a loss', async () => {
    const none = classifier()
    none.compile({ optimizer: new SGD() })
    const message =
      'There is no loss to minimize. Give compile a loss and fit its targets, or add a loss in a layer with scope.addLoss.'
    await expect(none.fit(x, labels, quiet)).rejects.toThrow(message)
  })

  it('options of compile that are not in one object', () => {
    const compile =
      (...options: unknown[]) =>
      () =>
        classifier().compile(...(options as [never]))
    const message = "compile takes its options in one object, as in compile({ optimizer: 'adam', loss: 'mse' })."
    expect(compile()).toThrow(message)
    expect(compile('adam', 'mse')).toThrow(message)
    expect(() => new Sequential(new Dense({ units: 1 }) as never)).toThrow(
      'Sequential takes its layers in a list: new Sequential([new Dense({ units: 1 }), ...]).',
    )
  })

  it('callbacks that are none', async () => {
    const fitWith = (callbacks: unknown) => classifier().fit(x, labels, { ...quiet, callbacks: callbacks as [] })
    await expect(fitWith(new TerminateOnNaN())).rejects.toThrow(
      'The option callbacks is a list, as in { callbacks: [new EarlyStopping()] }.',
    )
    await expect(fitWith([EarlyStopping])).rejects.toThrow(
      'callbacks holds the class EarlyStopping, not an instance of it; expected instances, or objects with hooks such as { onEpochEnd }.',
    )
    await expect(fitWith([() => 1])).rejects.toThrow('callbacks holds a function')
  })

  it('classes in place of instances', async () => {
    const fitWith = async (options: object) => {
      const model = classifier()
      model.compile({ optimizer: new SGD(), loss: new MeanSquaredError(), ...options } as never)
      return model.fit(x, labels, quiet)
    }
    await expect(fitWith({ loss: MeanSquaredError })).rejects.toThrow(
      'the class MeanSquaredError, not an instance of it',
    )
    await expect(fitWith({ metrics: [Wrong] })).rejects.toThrow('the class Wrong, not an instance of it')
  })

  class Wrong extends Metric {
    static readonly type = 'test/Wrong'
    declare init: Metric['init']
    declare update: Metric['update']
    declare result: Metric['result']
  }

  it('metrics and functions without a method or a result', async () => {
    const measure = (methods: object) => {
      const model = classifier()
      const metrics = [Object.assign(new Wrong(), methods)]
      model.compile({ optimizer: new SGD(), loss: new SparseCategoricalCrossentropy(), metrics })
      return model.fit(x, labels, quiet)
    }
    const init = () => ({ count: zeros([]) })
    const update = (state: object) => state
    await expect(measure({})).rejects.toThrow('test/Wrong has no method init(), which every metric defines')
    await expect(measure({ init })).rejects.toThrow(
      'test/Wrong has no method update(state, target, prediction, weight)',
    )
    await expect(measure({ init, update })).rejects.toThrow('test/Wrong has no method result(state)')
    await expect(measure({ init, update: () => undefined, result: init })).rejects.toThrow(
      'test/Wrong.update returned undefined; expected the new state. Is `return` missing?',
    )
    await expect(measure({ init, update, result: () => 3 })).rejects.toThrow(
      'test/Wrong.result returned 3; expected a tensor.',
    )
    const model = classifier()
    const nothing = () => undefined as never
    model.compile({ optimizer: new SGD(), loss: nothing })
    await expect(model.fit(x, labels, quiet)).rejects.toThrow("The loss function 'nothing' returned undefined")
    model.compile({ optimizer: new SGD(), loss: new SparseCategoricalCrossentropy(), metrics: [nothing] })
    await expect(model.fit(x, labels, quiet)).rejects.toThrow("The metric function 'nothing' returned undefined")
  })

  it('names without a registry', () => {
    const model = new Sequential([new Dense({ units: 1, inputShape: [3] })])
    // @ts-expect-error names need a registry
    expect(() => model.compile({ optimizer: 'adam' })).toThrow(/registry/)
  })

  it('a layer that cannot take its input, when the model is built', () => {
    const model = new Sequential([
      new Dense({ units: 1, inputShape: [3], name: 'first' }),
      new Dense({ units: 0 + 1, name: 'second', inputShape: [4] }),
    ])
    expect(() => model.summary({ print: false })).not.toThrow()
    expect(() => new Sequential([new Dense({ units: 1, name: 'lonely' })]).summary({ print: false })).toThrow(
      /shape of its input/,
    )
  })
})
