import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import type { Tensor } from '../tensor.ts'
import { reshape } from './broadcast.ts'
import { arange, ones, tensor } from './create.ts'
import { dropout, randomBinomial, shuffle } from './random-choices.ts'
import { randomKey } from './random-key.ts'

await useBackend(cpu())

const valuesOf = (x: Tensor) => Array.from<number>(x.dataSync())
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

describe('shuffle', () => {
  it('reorders whole rows, and each seed in its own way', () => {
    const x = reshape(arange(40), [20, 2])
    const rows = shuffle(randomKey(3), x).array() as number[][]
    expect(rows).not.toEqual(x.array())
    expect(rows.every(([a, b]) => b === a! + 1)).toBe(true)
    expect([...rows].sort((a, b) => a[0]! - b[0]!)).toEqual(x.array())
    expect(shuffle(randomKey(4), x).array()).not.toEqual(rows)
    expect(shuffle(randomKey(3), x).array()).toEqual(rows)
  })
})

describe('dropout', () => {
  it('keeps the mean, and chooses axes of size 1 together', () => {
    const values = valuesOf(dropout(randomKey(1), ones([200, 50]), 0.3))
    expect(new Set(values.map((value) => value.toFixed(4)))).toEqual(new Set(['0.0000', '1.4286']))
    expect(Math.abs(meanOf(values) - 1)).toBeLessThan(0.03)
    const rows = dropout(randomKey(1), ones([100, 4]), 0.5, { noiseShape: [100, 1] }).array() as number[][]
    expect(rows.every((row) => new Set(row).size === 1)).toBe(true)
    expect(dropout(randomKey(1), ones([2]), 1).array()).toEqual([0, 0])
    expect(() => dropout(randomKey(1), ones([2]), 1.5)).toThrow('the rate is 1.5')
  })
})

describe('randomBinomial', () => {
  it('has the mean and the variance of the distribution', () => {
    const values = valuesOf(randomBinomial(randomKey(5), [4000], 10, 0.3))
    expect(Math.abs(meanOf(values) - 3)).toBeLessThan(0.1)
    const mean = meanOf(values)
    expect(Math.abs(meanOf(values.map((value) => (value - mean) ** 2)) - 2.1)).toBeLessThan(0.2)
    expect(values.every((value) => Number.isInteger(value) && value >= 0 && value <= 10)).toBe(true)
  })

  it('takes counts and probabilities as tensors', () => {
    const counts = tensor([[0], [3], [7]])
    const drawn = randomBinomial(randomKey(5), [3, 2], counts, tensor([1, 0]))
    expect(drawn.array()).toEqual([
      [0, 0],
      [3, 0],
      [7, 0],
    ])
    const compiled = compile((n: Tensor) => randomBinomial(randomKey(5), [3, 2], n, tensor([1, 0]), { maxCount: 7 }))
    expect(compiled(counts).array()).toEqual(drawn.array())
    expect(() => compile((n: Tensor) => randomBinomial(randomKey(5), [3, 2], n, 1))(counts)).toThrow('{ maxCount: 10 }')
  })
})
