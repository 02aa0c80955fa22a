import { cpu } from '@gradus/backend-cpu'
import { describe, expect, it } from 'vitest'
import { useBackend } from '../backend.ts'
import { ShapeError } from '../errors.ts'
import type { Tensor } from '../tensor.ts'
import { tensor, zeros } from './create.ts'
import {
  bernoulli,
  categorical,
  permutation,
  randomInt,
  randomNormal,
  randomUniform,
  truncatedNormal,
} from './random.ts'
import { foldIn, randomBits, randomKey, splitKey } from './random-key.ts'

await useBackend(cpu())

const n = 20000

function moments(x: Tensor): { mean: number; deviation: number; low: number; high: number } {
  const values = Array.from(x.dataSync())
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length)
  return { mean, deviation, low: Math.min(...values), high: Math.max(...values) }
}

describe('keys', () => {
  it('hold both words of the seed', () => {
    expect(randomKey(0).array()).toEqual([0, 0])
    expect(randomKey(2 ** 40 + 5).array()).toEqual([256, 5])
    expect(randomKey(-1).array()).toEqual([0xffffffff, 0xffffffff])
    expect(() => randomKey(0.5)).toThrow(RangeError)
    expect(() => randomKey(2 ** 60)).toThrow(RangeError)
  })

  // the known answer for key 0, counter 0, published with the Random123 library
  it('follow Threefry-2x32-20', () => {
    expect(foldIn(randomKey(0), 0).array()).toEqual([0x6b200159, 0x99ba4efe])
    expect(randomBits(randomKey(0), []).item()).toBe((0x6b200159 ^ 0x99ba4efe) >>> 0)
  })

  it('differ after splitting and folding, and repeat for equal data', () => {
    const key = randomKey(3)
    const keys = [key, ...splitKey(key, 3), foldIn(key, 77)].map((k) => k.array() as number[])
    expect(new Set(keys.map(String)).size).toBe(5)
    expect(foldIn(key, tensor(77, { dtype: 'uint32' })).array()).toEqual(foldIn(key, 77).array())
    expect(() => foldIn(key, -1)).toThrow(/-1 is not a whole number/)
  })

  it('must be uint32[2]', () => {
    expect(() => randomBits(zeros([2]), [1])).toThrow(ShapeError)
    expect(() => randomBits(zeros([2]), [1])).toThrow(/the key is float32\[2\].*randomKey\(seed\)/)
    expect(() => foldIn(randomKey(1), zeros([2], 'uint32'))).toThrow(/uint32 scalar/)
  })
})

describe.each(['float32', 'float64'] as const)('distributions in %s', (dtype) => {
  it('randomUniform covers [low, high) evenly', () => {
    const x = randomUniform(randomKey(1), [n], { low: -2, high: 4, dtype })
    const { mean, deviation, low, high } = moments(x)
    expect(x.dtype).toBe(dtype)
    expect(mean).toBeCloseTo(1, 1)
    expect(deviation).toBeCloseTo(6 / Math.sqrt(12), 1)
    expect(low).toBeGreaterThanOrEqual(-2)
    expect(low).toBeLessThan(-1.99)
    expect(high).toBeLessThan(4)
    expect(high).toBeGreaterThan(3.99)
    const quarters = [0, 0, 0, 0]
    for (const value of x.dataSync()) quarters[Math.floor(((value + 2) / 6) * 4)]++
    for (const count of quarters) expect(Math.abs(count / n - 0.25)).toBeLessThan(0.015)
  })

  it('randomUniform stays below high where sums would round up to it', () => {
    const { low, high } = moments(randomUniform(randomKey(2), [n], { low: 2 ** 24, high: 2 ** 24 + 2, dtype }))
    expect(low).toBeGreaterThanOrEqual(2 ** 24)
    expect(high).toBeLessThan(2 ** 24 + 2)
  })

  it('randomNormal has the mean, deviation and tails of the normal distribution', () => {
    const x = randomNormal(randomKey(4), [n], { mean: 3, stddev: 2, dtype })
    const { mean, deviation } = moments(x)
    expect(Math.abs(mean - 3)).toBeLessThan(0.05)
    expect(Math.abs(deviation - 2)).toBeLessThan(0.05)
    const share = (limit: number) => Array.from(x.dataSync()).filter((v) => Math.abs(v - 3) < 2 * limit).length / n
    expect(Math.abs(share(1) - 0.6827)).toBeLessThan(0.015)
    expect(Math.abs(share(2) - 0.9545)).toBeLessThan(0.007)
    expect(Math.abs(share(3) - 0.9973)).toBeLessThan(0.002)
  })

  it('truncatedNormal ends at two deviations and keeps 0.8796 of the deviation', () => {
    const { mean, deviation, low, high } = moments(truncatedNormal(randomKey(5), [n], { stddev: 0.5, dtype }))
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(Math.abs(deviation - 0.5 * 0.87962566)).toBeLessThan(0.01)
    expect(low).toBeGreaterThanOrEqual(-1)
    expect(low).toBeLessThan(-0.98)
    expect(high).toBeLessThanOrEqual(1)
    expect(high).toBeGreaterThan(0.98)
  })
})

describe('randomUniform', () => {
  it('repeats for a key, and refuses an interval turned around', () => {
    expect(randomUniform(randomKey(9), [5]).array()).toEqual(randomUniform(randomKey(9), [5]).array())
    expect(randomUniform(randomKey(9), [2], { low: 3, high: 3 }).array()).toEqual([3, 3])
    expect(() => randomUniform(randomKey(9), [5], { low: 1, high: 0 })).toThrow(/\[1, 0\) is not an interval/)
  })
})

describe('bernoulli', () => {
  it('is true as often as asked, by number and by tensor', () => {
    const x = bernoulli(randomKey(6), 0.3, [n])
    expect(x.dtype).toBe('bool')
    expect(Math.abs(moments(x).mean - 0.3)).toBeLessThan(0.015)
    const both = bernoulli(randomKey(6), tensor([0, 1]), [3, 2])
    expect(both.array()).toEqual([
      [false, true],
      [false, true],
      [false, true],
    ])
  })
})

describe('permutation', () => {
  it('has every number once, in another order', () => {
    const order = permutation(randomKey(7), 100).array() as number[]
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(order).not.toEqual([...order].sort((a, b) => a - b))
  })
})

describe('randomInt', () => {
  it('draws every number equally often', () => {
    const counts = new Array<number>(7).fill(0)
    for (const value of randomInt(randomKey(8), [n], -3, 4).dataSync()) counts[value + 3]++
    for (const count of counts) expect(Math.abs(count / n - 1 / 7)).toBeLessThan(0.012)
  })

  it('multiplies 64 random bits exactly', () => {
    const [a, b] = splitKey(randomKey(10), 2)
    const [upper, lower] = [a, b].map((key) => randomBits(key, [200]).dataSync())
    for (const [low, high] of [
      [0, 65537],
      [-5, 2 ** 31 - 5],
      [-(2 ** 31), 2 ** 31 - 1],
      [0, 3],
    ]) {
      const drawn = Array.from(randomInt(randomKey(10), [200], low, high).dataSync())
      const expected = Array.from(upper, (word, i) => {
        const bits = (BigInt(word) << 32n) | BigInt(lower[i])
        return Number((bits * BigInt(high - low)) >> 64n) + low
      })
      expect(drawn).toEqual(expected)
    }
  })

  it('covers all of int32 and refuses other bounds', () => {
    const { low, high } = moments(randomInt(randomKey(11), [n], -(2 ** 31), 2 ** 31))
    expect(low).toBeLessThan(-(2 ** 31) + 2 ** 20)
    expect(high).toBeGreaterThan(2 ** 31 - 2 ** 20)
    expect(() => randomInt(randomKey(1), [1], 3, 3)).toThrow(/no int32 from 3 to 3 - 1/)
    expect(() => randomInt(randomKey(1), [1], 0, 2 ** 32)).toThrow(RangeError)
  })
})

describe('categorical', () => {
  const logits = tensor([
    [Math.log(0.2), Math.log(0.8)],
    [0, Number.NEGATIVE_INFINITY],
  ])

  it('draws in proportion to softmax(logits)', () => {
    const drawn = categorical(randomKey(12), logits, { samples: n })
    expect(drawn.shape).toEqual([2, n])
    expect(drawn.dtype).toBe('int32')
    const values = Array.from(drawn.dataSync())
    const ones = (row: number) => values.slice(row * n, (row + 1) * n).reduce((a, b) => a + b, 0) / n
    expect(Math.abs(ones(0) - 0.8)).toBeLessThan(0.015)
    expect(ones(1)).toBe(0)
  })

  it('replaces the axis by one draw', () => {
    expect(categorical(randomKey(12), logits).shape).toEqual([2])
    expect(categorical(randomKey(12), zeros([3, 4, 5]), { axis: 1 }).shape).toEqual([3, 5])
    expect(() => categorical(randomKey(12), zeros([2], 'int32'))).toThrow(/float logits/)
  })
})
