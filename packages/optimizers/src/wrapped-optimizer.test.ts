import { cpu } from '@gradus/backend-cpu'
import { ConfigError, Registry } from '@gradus/core'
import { tensor, treeMap, useBackend } from '@gradus/tensor'
import { testOptimizer } from '@gradus/testing'
import { layers, loadModel, Sequential } from 'gradus'
import { describe, expect, it } from 'vitest'
import {
  Adam,
  CosineDecay,
  LossScaleOptimizer,
  MultiOptimizer,
  Muon,
  Nadam,
  OptimizerMap,
  optimizers,
  SGD,
} from './index.ts'

await useBackend(cpu())

const refusal = 'the optimizers inside have these options'
const skip = {
  'converges in a quadratic bowl, compiled, in constant memory': refusal,
  'reduces the loss along a curved valley': refusal,
  'clips gradients as configured': refusal,
}

const map = () =>
  new OptimizerMap({
    defaultOptimizer: new Nadam({ learningRate: 0.05, useEma: true, emaMomentum: 0.5 }),
    optimizerMap: { 'dense/kernel': new Adam({ learningRate: 0.1 }), 'list/.*': new SGD({ momentum: 0.5 }) },
  })

// a map in which every parameter of the suite has one optimizer, because one of them may have no gradient
const single = () => new OptimizerMap({ defaultOptimizer: new Adam(), optimizerMap: { 'nothing/.*': new SGD() } })

testOptimizer(LossScaleOptimizer, {
  config: { innerOptimizer: new Adam(), initialScale: 8, dynamicGrowthSteps: 2 },
  expectedSlots: ['momentum', 'velocity'],
  skip,
})
testOptimizer(OptimizerMap, { config: single().config, expectedSlots: [], skip })
testOptimizer(MultiOptimizer, { config: { optimizerMap: single() }, expectedSlots: [], skip })

const x = tensor([[1], [2], [3], [4]])
const y = tensor([[3], [5], [7], [9]])
const model = (optimizer: Adam | LossScaleOptimizer | MultiOptimizer | OptimizerMap) => {
  const built = new Sequential([
    new layers.Dense({ name: 'dense', units: 1, inputShape: [1], kernelInitializer: 'ones' }),
  ])
  built.compile({ optimizer, loss: 'mse' })
  return built
}
const weights = (built: Sequential) => built.getWeights()

describe('LossScaleOptimizer', () => {
  it('trains as its inner optimizer does, and its rate can be set', async () => {
    const plain = model(new Adam({ learningRate: 0.1, useEma: true }))
    const scaled = model(new LossScaleOptimizer({ innerOptimizer: new Adam({ learningRate: 0.1, useEma: true }) }))
    for (const each of [plain, scaled]) {
      await each.fit(x, y, { epochs: 3, shuffle: false, verbose: 0 })
      each.learningRate = 0.05
      await each.fit(x, y, { epochs: 2, shuffle: false, verbose: 0 })
    }
    expect(scaled.learningRate).toBeCloseTo(0.05)
    expect(await weights(scaled)).toEqual(await weights(plain))
  })

  it('is the mechanism of lossScaleFactor', () => {
    const params = { w: tensor([1, 2]) }
    const wrapper = new LossScaleOptimizer({ innerOptimizer: new SGD({ lossScaleFactor: 4 }) })
    const option = new SGD({ lossScaleFactor: 'dynamic' })
    const gradients = { w: tensor([2 ** 15, 2 ** 16]) }
    const values = [wrapper, option].map((optimizer) => {
      const [next, state] = optimizer.update(gradients, optimizer.init(params), params)
      return treeMap((leaf) => leaf.array(), { next, lossScale: state.lossScale })
    })
    expect(values[0]).toEqual(values[1])
  })

  it('refuses options of the inner optimizer', () => {
    const config = { innerOptimizer: new SGD(), clipNorm: 1 }
    expect(() => new LossScaleOptimizer(config)).toThrow(ConfigError)
    expect(() => new LossScaleOptimizer(config)).toThrow(
      "LossScaleOptimizer does not take 'clipNorm'. Set it on the optimizer in 'innerOptimizer'.",
    )
    expect(() => new LossScaleOptimizer({} as never)).toThrow("LossScaleOptimizer needs the option 'innerOptimizer'")
    new LossScaleOptimizer({ innerOptimizer: new SGD(), useEma: false, emaMomentum: 0.99 } as never)
  })
})

describe('MultiOptimizer', () => {
  const multi = () =>
    new MultiOptimizer({
      optimizerMap: new OptimizerMap({
        defaultOptimizer: new SGD({ learningRate: new CosineDecay({ initialLearningRate: 0.1, decaySteps: 20 }) }),
        optimizerMap: { '.*/bias': new Adam({ learningRate: 0.2, useEma: true }) },
      }),
    })

  it('trains, and goes on from a file as it would have without it', async () => {
    const trained = model(multi())
    await trained.fit(x, y, { epochs: 3, shuffle: false, verbose: 0 })
    const bytes = await trained.toBytes()
    await trained.fit(x, y, { epochs: 3, shuffle: false, verbose: 0 })
    const loaded = (await loadModel(bytes)) as Sequential
    await loaded.fit(x, y, { epochs: 3, shuffle: false, verbose: 0 })
    expect(await weights(loaded)).toEqual(await weights(trained))
  })

  it('reads the rate of the default optimizer and cannot set it', () => {
    const compiled = model(multi())
    expect(compiled.learningRate).toBeCloseTo(0.1)
    expect(() => {
      compiled.learningRate = 1
    }).toThrow('The learning rate follows the schedule of each optimizer of the OptimizerMap and cannot be set.')
  })

  it('gives each parameter to one optimizer, by path or expression', () => {
    const params = { dense: { kernel: tensor([1, 2]), bias: tensor([1]) }, list: [tensor([1])] }
    const [next, state] = map().update(params, map().init(params), params)
    expect(Object.keys(state['inner']!)).toEqual(['adam', 'sgd', 'nadam'])
    expect(next.list[0]!.item()).toBeCloseTo(0.99)
    expect(next.dense.kernel.dataSync()[0]).toBeCloseTo(0.9)
    const twice = new OptimizerMap({
      defaultOptimizer: new SGD(),
      optimizerMap: { 'dense/.*': new Adam(), '.*/kernel': new Adam() },
    })
    expect(twice.optimizers.map(({ name }) => name)).toEqual(['adam', 'adam', 'sgd'])
    expect(() => twice.init(params)).toThrow(
      "the parameter 'dense/kernel' has several optimizers, because 'dense/.*' and '.*/kernel' match its path",
    )
  })

  it('names text that is no expression', () => {
    const wrong = new OptimizerMap({ defaultOptimizer: new SGD(), optimizerMap: { '(a': new Adam() } })
    expect(() => wrong.init({ w: tensor([1]) })).toThrow(
      /OptimizerMap: '.*' in 'optimizerMap' is not a regular expression/,
    )
    expect(() => new Muon({ excludeLayers: ['('] }).init({ w: tensor([[1]]) })).toThrow(
      /Muon: '\(' in 'excludeLayers' is not a regular expression/,
    )
  })

  it('takes no optimizers that are made of others', () => {
    const inner = new LossScaleOptimizer({ innerOptimizer: new SGD() })
    expect(() => new OptimizerMap({ defaultOptimizer: inner })).toThrow(
      /must be optimizers that are not made of others/,
    )
    expect(() => new OptimizerMap({ defaultOptimizer: new SGD(), optimizerMap: { a: 'adam' as never } })).toThrow(
      /and one is "adam"/,
    )
  })

  it('is made from data', () => {
    const registry = new Registry(Object.values(optimizers))
    const made = registry.parse(
      'optimizer',
      JSON.parse(JSON.stringify(new MultiOptimizer({ optimizerMap: map() }).toSpec())),
    )
    expect((made as MultiOptimizer).optimizers.map(({ type }) => type)).toEqual(['Adam', 'SGD', 'Nadam'])
  })
})
