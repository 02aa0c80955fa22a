import { cpu } from '@gradus/backend-cpu'
import { randomKey, randomNormal, transpose, useBackend } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { MaxPooling2D } from './max-pooling2d.ts'

await useBackend(cpu())

testLayer(MaxPooling2D, {
  inputShape: [2, 4, 5, 2],
  expectedOutputShape: [2, 2, 2, 2],
  expectedParams: 0,
  invalidInputShape: [2, 4, 5],
})
testLayer(MaxPooling2D, {
  config: { poolSize: [3, 2], strides: 1, padding: 'same' },
  inputShape: [1, 4, 3, 2],
  expectedOutputShape: [1, 4, 3, 2],
})

describe('MaxPooling2D', () => {
  it('gives the same in either data format', () => {
    const x = randomNormal(randomKey(2), [2, 5, 4, 3])
    const expected = new MaxPooling2D({ padding: 'same' }).apply(x)
    const actual = new MaxPooling2D({ padding: 'same', dataFormat: 'channelsFirst' }).apply(transpose(x, [0, 3, 1, 2]))
    expect(transpose(actual, [0, 2, 3, 1]).array()).toEqual(expected.array())
  })

  it('never returns padding', () => {
    const x = randomNormal(randomKey(3), [1, 3, 3, 1], { mean: -50 })
    const values = [...new MaxPooling2D({ poolSize: 2, padding: 'same' }).apply(x).dataSync()]
    expect(Math.max(...values)).toBeLessThan(0)
  })

  it('refuses invalid windows and strides', () => {
    expect(() => new MaxPooling2D({ poolSize: 0 })).toThrow(
      "MaxPooling2D: 'poolSize' must be an integer or a list of numbers at least 1 and is 0.",
    )
    expect(() => new MaxPooling2D({ strides: [1, 2, 3] })).toThrow(
      "MaxPooling2D: 'strides' must be a positive whole number or a list of 2 of them and is [1,2,3].",
    )
  })
})
