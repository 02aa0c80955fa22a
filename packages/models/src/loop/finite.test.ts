// No step commits NaN or infinities, and the step that would have is reported.
import { DivergenceError } from '@gradus/core'
import { fromIterable } from '@gradus/data'
import { BatchNormalization, Dense } from '@gradus/layers'
import { BinaryCrossentropy, MeanSquaredError, SparseCategoricalCrossentropy } from '@gradus/losses'
import { Adam, AdamW, CosineDecay, RMSprop, SGD } from '@gradus/optimizers'
import { mean, mul, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import { Sequential } from '../model/sequential.ts'

const x = [[1], [2], [3], [4]]
const y = [[2], [4], [6], [8]]
const options = { epochs: 3, batchSize: 2, verbose: 0 } as const

async function requireFinite(model: Sequential): Promise<void> {
  for (const { data } of await model.getWeights()) expect([...data].every(Number.isFinite)).toBe(true)
}

for (const { name, backend } of await startAll()) {
  describe.runIf(backend)(`on ${name}`, () => {
    const build = async (optimizer: Adam | AdamW | RMSprop | SGD, layers = [new Dense({ units: 1 })]) => {
      await useBackend(backend!)
      const model = new Sequential(layers, { seed: 1 })
      model.compile({ optimizer, loss: new MeanSquaredError() })
      return model
    }

    it.each([
      ['a rate that is set to infinity', new SGD({ learningRate: 0.1 }), Number.POSITIVE_INFINITY],
      ['SGD at 1e38', new SGD({ learningRate: 1e38 }), undefined],
      ['Adam at 1e38', new Adam({ learningRate: 1e38 }), undefined],
      ['SGD with momentum', new SGD({ learningRate: 1e30, momentum: 0.9 }), undefined],
    ])('%s', async (_, optimizer, rate) => {
      const model = await build(optimizer)
      if (rate !== undefined) {
        await model.fit(x, y, { ...options, epochs: 1 })
        expect(() => {
          model.learningRate = rate
        }).toThrow(/learningRate must be/)
        return
      }
      await expect(model.fit(x, y, options)).rejects.toThrow(DivergenceError)
      await requireFinite(model)
    })

    it('a statistic of BatchNormalization that overflows is the error', async () => {
      const model = await build(new SGD({ learningRate: 0.01 }), [
        new BatchNormalization() as never,
        new Dense({ units: 1 }),
      ])
      await expect(model.fit([[1], [1e20], [3], [4]], y, options)).rejects.toThrow(/not finite|new state/)
      await requireFinite(model)
    })

    it('labels of later batches that are no classes are named', async () => {
      const classes = async (bad: number) => {
        await useBackend(backend!)
        const model = new Sequential([new Dense({ units: 3 })], { seed: 1 })
        model.compile({ optimizer: new SGD(), loss: new SparseCategoricalCrossentropy({ fromLogits: true }) })
        const batches = [0, 1, bad, 1].map((label, i) => ({ x: [[i], [i + 1]], y: [[0], [label]] }))
        return { model, data: fromIterable(() => batches) }
      }
      for (const bad of [3, -1, 1.5, 99, 1e9]) {
        const { model, data } = await classes(bad)
        await expect(model.fit(data, { verbose: 0 })).rejects.toThrow(`y holds the label ${bad} in sample 1`)
        await expect(model.evaluate(data, { verbose: 0 })).rejects.toThrow(`the label ${bad} in sample 1`)
        const { data: good } = await classes(1)
        await expect(model.fit(good, { verbose: 0, validationData: data })).rejects.toThrow(
          `the label ${bad} in sample 1`,
        )
      }
      const binary = new Sequential([new Dense({ units: 1, activation: 'sigmoid' })])
      binary.compile({ optimizer: new SGD(), loss: new BinaryCrossentropy() })
      const batches = [0, 1, 2].map((label, i) => ({ x: [[i]], y: [[label]] }))
      await expect(
        binary.fit(
          fromIterable(() => batches),
          { verbose: 0 },
        ),
      ).rejects.toThrow('y holds the label 2')
    })

    it.each([
      ['Adam', new Adam({ learningRate: 1e-30 })],
      ['AdamW', new AdamW({ learningRate: 1e-30 })],
      ['RMSprop', new RMSprop({ learningRate: 1e-30 })],
    ])('squares of gradients that overflow: %s', async (_, optimizer) => {
      const model = await build(optimizer, [new Dense({ units: 1, kernelInitializer: 'ones' })])
      model.compile({ optimizer, loss: (_y, prediction) => mul(1e20, mean(prediction)) })
      await expect(model.fit(x, y, options)).rejects.toThrow(DivergenceError)
      expect((await model.toBytes()).length).toBeGreaterThan(0) // throws for states that are not finite
    })

    // those on a GPU are not read
    it.skipIf(name === 'webgpu')('weights that grow with every step until they overflow', async () => {
      const model = await build(new AdamW({ learningRate: 10, weightDecay: 3 }), [
        new Dense({ units: 1, kernelInitializer: 'ones', activation: 'tanh' }),
      ])
      const fit = model.fit(x, y, { ...options, batchSize: 4, epochs: 27 })
      await expect(fit).rejects.toThrow(/'dense.kernel' is not finite at the end of training, after epoch 27/)
      await expect(model.toBytes()).rejects.toThrow(/The weight 'dense.*has diverged/)
    })

    it('learning rates of schedules that are not finite', async () => {
      const schedule = new CosineDecay({ initialLearningRate: 3e38, decaySteps: 10, alpha: 1e10 })
      const model = await build(new SGD({ learningRate: schedule }))
      await expect(model.fit(x, y, options)).rejects.toThrow(DivergenceError)
      await requireFinite(model)
    })
  })
}
