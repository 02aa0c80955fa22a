// Recurrent layers whose states go on from batch to batch. The expected outputs are those of calls of Keras's layers on the same
// batches, one after the other (`recorded/stateful.json`).
import { Layer, type Scope } from '@gradus/core'
import { BatchNormalization, Bidirectional, Dense, GRU, LSTM, SimpleRNN } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { SGD } from '@gradus/optimizers'
import { add, reshape, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import { Model } from './model.ts'
import recorded from './recorded/stateful.json' with { type: 'json' }
import { Sequential } from './sequential.ts'

const { x } = recorded
const zeros = x.map(() => [0, 0])
const quiet = { verbose: 0, batchSize: 2 } as const
const kinds = { SimpleRNN, GRU, LSTM }
const meanSquare = (rows: readonly (readonly number[])[]) =>
  rows.flat().reduce((sum, v) => sum + v * v, 0) / rows.flat().length

for (const { name, backend } of await startAll()) {
  describe.skipIf(!backend).each([{ jit: true }, { jit: false }])(`stateful layers, ${name}, jit $jit`, ({ jit }) => {
    const make = (kind: keyof typeof kinds, rate = 0) => {
      useBackend(backend!)
      const config = { units: 2, stateful: true, kernelInitializer: 'ones', recurrentInitializer: 'ones' } as const
      const layer = new kinds[kind]({ ...config, inputShape: [3, 1] })
      const model = new Sequential([layer])
      model.compile({ optimizer: new SGD({ learningRate: rate }), loss: new MeanSquaredError(), jit })
      return { layer, model }
    }
    const rows = async (y: Tensor) => {
      const data = Array.from(await y.data())
      return x.map((_, i) => data.slice(2 * i, 2 * i + 2))
    }
    const expectRows = (found: number[][], expected: number[][]) =>
      found.flat().forEach((value, i) => expect(value, `[${i}]`).toBeCloseTo(expected.flat()[i]!, 4))

    it.each(Object.keys(kinds) as (keyof typeof kinds)[])(
      '%s carries its states through predict and evaluate',
      async (kind) => {
        const { layer, model } = make(kind)
        const { first, second } = recorded[kind]
        expectRows(await rows(await model.predict(x, quiet)), first)
        expectRows(await rows(await model.predict(x, quiet)), second)
        model.resetStates()
        expectRows(await rows(await model.predict(x, quiet)), first)
        layer.resetStates()
        expect((await model.evaluate(x, zeros, quiet)).loss).toBeCloseTo(meanSquare(first), 4)
        expect((await model.evaluate(x, zeros, quiet)).loss).toBeCloseTo(meanSquare(second), 4)
        // from evaluate to predict, and from single batches to both
        model.resetStates()
        await model.evaluate(x, zeros, quiet)
        expectRows(await rows(await model.predict(x, quiet)), second)
        model.resetStates()
        for (let i = 0; i < 6; i += 2) {
          const { loss } = await model.testOnBatch(x.slice(i, i + 2), zeros.slice(i, i + 2))
          expect(loss).toBeCloseTo(meanSquare(first.slice(i, i + 2)), 4)
        }
        expectRows(await rows(await model.predict(x, quiet)), second)
      },
    )

    it('carries them through fit with validation, and starts again after a reset in a callback', async () => {
      const { first, second } = recorded.GRU
      const { model } = make('GRU')
      const fit = { ...quiet, shuffle: false, epochs: 1, validationData: [x, zeros] as const, validationBatchSize: 2 }
      const { history } = await model.fit(x, zeros, fit)
      expect(history.loss![0]).toBeCloseTo(meanSquare(first), 4)
      expect(history.val_loss![0]).toBeCloseTo(meanSquare(second), 4)
      model.resetStates()
      const reset = { onEpochBegin: () => model.resetStates() }
      const { history: twice } = await model.fit(x, zeros, { ...fit, epochs: 2, callbacks: [reset] })
      expect(twice.loss![0]).toBeCloseTo(meanSquare(first), 4)
      expect(twice.loss![1]).toBeCloseTo(meanSquare(first), 4)
      expect(twice.val_loss![1]).toBeCloseTo(meanSquare(second), 4)
    })

    it('takes another batch size after a reset, and holds within other layers', async () => {
      useBackend(backend!)
      const inner = new Sequential([
        new Bidirectional({ layer: new LSTM({ units: 1, stateful: true }), inputShape: [3, 1] }),
      ])
      const model = new Sequential([inner, new BatchNormalization({ momentum: 0 })], { seed: 1 })
      model.compile({ optimizer: new SGD(), loss: new MeanSquaredError(), jit })
      const given = x.slice(0, 2)
      const once = await rows2(await model.predict(given, quiet))
      expect(await rows2(await model.predict(given, quiet))).not.toEqual(once)
      await expect(model.predict(x.slice(0, 3), { verbose: 0, batchSize: 3 })).rejects.toThrow('batches of 2 samples')
      model.resetStates()
      expect((await model.predict(x.slice(0, 3), { verbose: 0, batchSize: 3 })).shape).toEqual([3, 2])
      model.resetStates()
      expect(await rows2(await model.predict(given, quiet))).toEqual(once)
      // statistics stay
      await model.fit(
        given,
        [
          [0, 0],
          [0, 1],
        ],
        quiet,
      )
      const statistics = async () =>
        (await model.getWeights()).filter(({ path }) => path.includes('moving')).map(({ data }) => data)
      const before = await statistics()
      model.resetStates()
      expect(await statistics()).toEqual(before)
    })

    it('carries the states that other layers set, in models as code too', async () => {
      useBackend(backend!)
      class Count extends Layer<object, Record<string, never>, { readonly calls: Tensor }> {
        override initState() {
          return { calls: tensor([0]) }
        }
        apply(given: Tensor, { state, setState }: Scope<this>): Tensor {
          setState({ calls: add(state.calls, 1) })
          return add(given, reshape(state.calls, [1, 1]))
        }
      }
      class Counting extends Model {
        readonly count = new Count()
        readonly dense = new Dense({ units: 1, kernelInitializer: 'zeros' })
        override apply(given: Tensor, scope: Scope<this>): Tensor {
          return add(scope.call(this.count, given), scope.call(this.dense, given))
        }
      }
      const model = new Counting()
      model.compile({ optimizer: new SGD({ learningRate: 0 }), loss: new MeanSquaredError(), jit })
      const ones = [[0], [0], [0], [0]]
      expect(Array.from(await (await model.predict(ones, quiet)).data())).toEqual([0, 0, 1, 1])
      expect((await model.evaluate(ones, ones, quiet)).loss).toBeCloseTo((4 + 9) / 2, 4)
      expect(Array.from(await (await model.predict(ones, quiet)).data())).toEqual([4, 4, 5, 5])
      model.resetStates() // not a sequence
      expect(Array.from(await (await model.predict(ones, quiet)).data())).toEqual([6, 6, 7, 7])
    })
  })
}

async function rows2(y: Tensor): Promise<number[]> {
  return Array.from(await y.data())
}
