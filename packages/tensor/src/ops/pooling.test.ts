import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import type { Shape } from '../shape.ts'
import type { Tensor } from '../tensor.ts'
import { mul } from './arithmetic.ts'
import { sum } from './broadcast.ts'
import { tensor, zeros } from './create.ts'
import { averagePool, maxPool } from './pooling.ts'
import recordedCases from './recorded/pooling.json' with { type: 'json' }

await useBackend(cpu())

type Recorded = { readonly shape: Shape; readonly data: readonly number[] }

const load = ({ shape, data }: Recorded) => tensor(Float32Array.from(data), { shape })

function expectClose(actual: Tensor, expected: Recorded): void {
  expect(actual.shape).toEqual(expected.shape)
  const values = actual.dataSync()
  expected.data.forEach((want, i) => {
    expect(Math.abs(values[i] - want), `element ${i}: ${values[i]}, not ${want}`).toBeLessThanOrEqual(
      1e-6 * (1 + Math.abs(want)),
    )
  })
}

describe('pooling agrees with Keras', () => {
  it.each(recordedCases.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
    const { poolSize, strides } = entry
    const pool = entry.kind === 'Max' ? maxPool : averagePool
    const run = (x: Tensor) => pool(x, { poolSize, strides, padding: entry.padding as 'valid' | 'same' })
    expectClose(run(load(entry.x)), entry.output)
    const gradient = grad((x: Tensor) => sum(mul(run(x), load(entry.cotangent))))(load(entry.x))
    expectClose(gradient, entry.gradX)
  })
})

describe('maxPool', () => {
  it('sends the gradient of a tie to the first maximum', () => {
    const x = tensor([[[2], [2], [-1], [-1]]])
    const gradient = grad((t: Tensor) => sum(maxPool(t, { poolSize: 2 })))(x)
    expect(gradient.array()).toEqual([[[1], [0], [1], [0]]])
  })

  it('never lets padding win, in integers either', () => {
    const x = tensor([[[-3], [-5], [-1]]])
    expect(maxPool(x, { poolSize: 3, strides: 2, padding: 'same' }).array()).toEqual([[[-3], [-1]]])
    const whole = tensor([[[-3], [-5], [-1]]], { dtype: 'int32' })
    expect(maxPool(whole, { poolSize: 3, strides: 2, padding: [[1, 1]] }).array()).toEqual([[[-3], [-1]]])
  })

  it('refuses a pool that does not fit and options that make no sense', () => {
    expect(() => maxPool(zeros([1, 2, 1]), { poolSize: 3 })).toThrow(/spans 3 elements/)
    expect(() => maxPool(zeros([1, 4, 4, 1]), { poolSize: [2] })).toThrow(/poolSize is \[2\].*list of 2/)
    expect(() => averagePool(zeros([4, 4]), { poolSize: 2 })).toThrow(/1 to 3 spatial axes/)
  })
})

describe('averagePool', () => {
  it('does not count padding', () => {
    const x = tensor([[[3], [6], [9]]])
    expect(averagePool(x, { poolSize: 3, strides: 1, padding: 'same' }).array()).toEqual([[[4.5], [6], [7.5]]])
  })
})
