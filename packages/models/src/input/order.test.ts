import { cpu } from '@gradus/backend-cpu'
import { Rng } from '@gradus/core'
import { permutation, useBackend } from '@gradus/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { batchesOf, quiet, regression, size, x, y } from '../testing/regression.ts'
import { Orders, orderOf } from './order.ts'

beforeEach(() => useBackend(cpu()))

const shuffled = (key: ReturnType<Rng['next']>, count: number) => [...permutation(key, count).dataSync()]

describe('orderOf', () => {
  it.each([
    [1, 1],
    [7, 3],
    [12, 4],
    [23, 5],
    [24, 23],
    [5, 64],
    [30, 1],
  ])('%i samples in batches of %i', (size, batchSize) => {
    const { key } = new Rng(7)
    expect([...orderOf(key, { size, batchSize, shuffle: true }).dataSync()]).toEqual(shuffled(key, size))
    // within batches: the same order in each; a smaller one leaves out the positions that it does not have
    const within = shuffled(key, Math.min(batchSize, size))
    const expected: number[] = []
    for (let start = 0; start < size; start += batchSize) {
      expected.push(...within.filter((i) => i < size - start).map((i) => start + i))
    }
    const order = orderOf(key, { size, batchSize, shuffle: 'batch' })
    expect([order.dtype, [...order.dataSync()]]).toEqual(['int32', expected])
  })
})

it('Orders gives the orders of a key stream, and keeps a limited number of programs', () => {
  const rng = new Rng(9)
  for (const orders of [new Orders(true), new Orders(false)]) {
    for (let size = 1; size < 40; size++) {
      const options = { size, batchSize: 4, shuffle: true, capacity: size + (size % 3) } as const
      for (const number of [0, 1, 70]) {
        const order = orders.make(rng.key, number, options)
        expect(order.shape).toEqual([options.capacity])
        expect([...order.dataSync()].slice(0, size)).toEqual(shuffled(rng.fork(number).next(), size))
      }
    }
  }
})

it('the order of the samples in fit depends on the seed and the epoch only', async () => {
  const initialEpoch = 3
  const order = shuffled(new Rng(5).fork('shuffle').fork(initialEpoch).next(), size)
  const options = { epochs: initialEpoch + 1, initialEpoch }
  const { history } = await regression({}, 5).fit(x, y, { ...quiet, ...options })
  const listed = batchesOf(
    order.map((i) => x[i]!),
    quiet.batchSize,
    order.map((i) => y[i]!),
  )
  expect((await regression({}, 5).fit(listed, { verbose: 0, ...options })).history).toEqual(history)
})
