import { expect, it } from 'vitest'
import { rankScore, shareInRange } from './src/two-samples.ts'

const numbers = (count: number, first = 0) => Array.from({ length: count }, (_, i) => first + i)

it('the score of ranks is 0 for equal samples and rises with a shift', () => {
  expect(rankScore(numbers(20), numbers(20))).toBe(0)
  expect(rankScore([1, 1, 1], [1, 1])).toBe(0)
  expect(rankScore(numbers(20, 2), numbers(20))).toBeGreaterThan(0)
  // all of 20 above all of 6, the largest score of these sizes
  expect(rankScore(numbers(20, 6), numbers(6))).toBeCloseTo(60 / Math.sqrt((6 * 20 * 27) / 12), 10)
  expect(rankScore(numbers(20), numbers(6, 20))).toBeCloseTo(-60 / Math.sqrt((6 * 20 * 27) / 12), 10)
  expect(rankScore([Number.NaN, 1], [2, 3])).toBeLessThan(0)
})

it('the share in the range counts the widened range of the others', () => {
  expect(shareInRange([-3, -2, 0, 4, 4.1], [0, 1, 2])).toBe(3 / 5)
  expect(shareInRange([Number.NaN], [0, 1])).toBe(0)
})
