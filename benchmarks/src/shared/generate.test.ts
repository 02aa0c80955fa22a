import { describe, expect, it } from 'vitest'
import { generate, uniform } from './generate.ts'

describe('the numbers of all contestants', () => {
  it('are fixed, also in peers/torch/generate.py', () => {
    expect([0, 1, 2].map((index) => uniform(10, index))).toEqual([5772605, 1171670, 6357034].map((n) => n / 2 ** 24))
  })

  it('lie in their range, with the mean of a uniform distribution', () => {
    const fill = { kind: 'uniform', low: -2, high: 4, seed: 3 } as const
    const values = generate({ shape: [100, 100], dtype: 'float32', fill })
    let total = 0
    for (const value of values) total += value
    expect(total / values.length).toBeCloseTo(1, 1)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2)
    expect(Math.max(...values)).toBeLessThan(4)
  })

  it('classes follow from the first input of a sample, except for the noise', () => {
    const x = generate({ shape: [500, 2], dtype: 'float32', fill: { kind: 'uniform', low: 0, high: 1, seed: 5 } })
    const fill = { kind: 'classes', classes: 3, noise: 0.1, stride: 2, seed: 5 } as const
    const y = generate({ shape: [500], dtype: 'int32', fill })
    const right = y.filter((label, i) => label === Math.floor(3 * x[2 * i]!)).length
    expect(right).toBeGreaterThan(440)
    expect(right).toBeLessThan(490)
  })
})
