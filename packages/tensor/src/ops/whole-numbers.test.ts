// Means and spreads of integers are float32, and those of nothing NaN, as in Keras and NumPy.
import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { describe, expect, it } from 'vitest'
import { onBackend } from '../backend.ts'
import { average, mean, nanmean, nanstd, nanvar, std, tensor, variance, zeros } from '../ops.ts'

describe.each([
  ['cpu', cpu()],
  ['wasm', await wasm()],
])('%s', (_, backend) => {
  const whole = () => tensor([1, 2, 4, 4], { dtype: 'int32' })

  it.each([
    ['mean', mean, 2.75],
    ['nanmean', nanmean, 2.75],
    ['variance', variance, 1.6875],
    ['nanvar', nanvar, 1.6875],
    ['std', std, Math.sqrt(1.6875)],
    ['nanstd', nanstd, Math.sqrt(1.6875)],
  ] as const)('%s of integers has decimals', (_, reduce, expected) => {
    onBackend(backend, () => {
      const result = reduce(whole())
      expect(result.dtype).toBe('float32')
      expect(result.item()).toBeCloseTo(expected, 6)
    })
  })

  it('average of integers takes float weights, and integers as weights', () => {
    onBackend(backend, () => {
      expect(average(whole(), { weights: tensor([0.5, 0.5, 1, 0]) }).item()).toBeCloseTo(2.75, 6)
      expect(average(tensor([1, 2]), { weights: tensor([3, 1], { dtype: 'int32' }) }).item()).toBeCloseTo(1.25, 6)
    })
  })

  it.each([
    ['mean', mean],
    ['variance', variance],
    ['std', std],
    ['nanstd', nanstd],
  ] as const)('%s of nothing is NaN', (_, reduce) => {
    onBackend(backend, () => {
      expect(reduce(zeros([2, 0]), { axis: 1 }).array()).toEqual([Number.NaN, Number.NaN])
      expect(reduce(zeros([0, 2]), { axis: 1 }).shape).toEqual([0])
    })
  })
})
