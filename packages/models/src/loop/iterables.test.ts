import { cpu } from '@gradus/backend-cpu'
import type { BatchTuple } from '@gradus/core'
import { Dense } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { SGD } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { Sequential } from '../model/sequential.ts'

beforeAll(() => useBackend(cpu()))

const x = [[1], [2]]
const y = [[2], [4]]

function compiled(): Sequential {
  const model = new Sequential([new Dense({ units: 1, inputShape: [1] })], { seed: 1 })
  model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: new MeanSquaredError() })
  return model
}

function* pairs(): Generator<BatchTuple> {
  for (let i = 0; i < 3; i++) yield [x, y]
}

function* endless(): Generator<BatchTuple> {
  while (true) yield [x, y]
}

async function* later(): AsyncGenerator<BatchTuple> {
  for (let i = 0; i < 3; i++) yield [x, y]
}

async function* named() {
  for (let i = 0; i < 3; i++) yield { x, y }
}

const sources = {
  'a generator': () => pairs(),
  'a generator function': () => pairs,
  'an async generator': () => later(),
  'an async generator function': () => later,
  'an iterable': () => ({ [Symbol.iterator]: pairs }),
  'a function that returns a list': () => () => [...pairs()],
  'a function that returns a promise': () => async () => pairs(),
} as const

describe('batches in lists', () => {
  it.each(Object.entries(sources))('%s', async (_name, open) => {
    const [model, other] = [compiled(), compiled()]
    const { history } = await model.fit(open() as () => Generator<BatchTuple>, { verbose: 0 })
    const expected = await other.fit(named(), { verbose: 0 })
    expect(history).toEqual(expected.history)
    const figures = await model.evaluate(open() as () => Generator<BatchTuple>, { verbose: 0 })
    expect(figures).toEqual(await other.evaluate(named(), { verbose: 0 }))
    const predicted = await model.predict(open() as () => Generator<BatchTuple>)
    expect(predicted.shape).toEqual([6, 1])
    predicted.dispose()
  })

  it('with weights, for validation and epoch after epoch', async () => {
    const weighted = function* (): Generator<BatchTuple> {
      yield [x, y, [1, 0]]
    }
    const model = compiled()
    const { history } = await model.fit(weighted, { epochs: 3, verbose: 0, validationData: pairs })
    expect(Object.keys(history).sort()).toEqual(['loss', 'val_loss'])
    expect(history['loss']).toHaveLength(3)
    const other = compiled()
    const first = await other.fit(x, y, { epochs: 1, verbose: 0, sampleWeight: [1, 0], shuffle: false })
    expect(history['loss']![0]).toBe(first.history['loss']![0])
  })

  it('continue where a generator stopped', async () => {
    const batches = endless()
    const model = compiled()
    await model.fit(batches, { epochs: 2, stepsPerEpoch: 2, verbose: 0 })
    const { history } = await model.fit(batches, { stepsPerEpoch: 2, verbose: 0 })
    expect(history['loss']).toHaveLength(1)
    expect(batches.next().done).toBe(false)
  })

  it('are refused where they are none', async () => {
    const model = compiled()
    await expect(model.fit((() => 3) as never, { verbose: 0 })).rejects.toThrow(
      'The function that opens the batches returned 3; expected an iterable, as a generator function returns.',
    )
    await expect(model.fit([pairs()] as never, { verbose: 0 })).rejects.toThrow()
    const four = function* () {
      yield [x, y, y, y] as never
    }
    await expect(model.fit(four, { verbose: 0 })).rejects.toThrow(
      'expected { x, y, sampleWeight } or [x, y, sampleWeight]',
    )
  })
})
