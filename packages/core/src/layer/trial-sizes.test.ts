import { UnknownSize } from '@gradus/tensor/internals'
import { describe, expect, it } from 'vitest'
import { batchSize, sizeAt, sizeFromTrials, trialCount, unknownSize } from './trial-sizes.ts'

const time = unknownSize()
const space = unknownSize()
const known = [batchSize, time, space]
const sizesOf = (size: (time: number, space: number, batch: number) => number) =>
  Array.from({ length: trialCount }, (_, trial) =>
    size(time.sizes[trial]!, space.sizes[trial]!, batchSize.sizes[trial]!),
  )

describe('a size from trials', () => {
  it('is a number if all trials agree', () => {
    expect(
      sizeFromTrials(
        sizesOf(() => 7),
        known,
      ),
    ).toBe(7)
    expect(sizeFromTrials([7, 7, undefined, undefined], known)).toBe(7)
  })

  it('is an unknown size of the inputs if it is equal to one', () => {
    expect(sizeFromTrials(time.sizes, known)).toBe(time)
    expect(sizeFromTrials(batchSize.sizes, known)).toBe(batchSize)
    expect(sizeFromTrials([...time.sizes.slice(0, 2), undefined, undefined], known)).toBe(time)
  })

  it.each<[string, (time: number, space: number, batch: number) => number]>([
    ['a window', (t) => t - 4],
    ['a stride', (t) => Math.ceil(t / 7)],
    ['a multiple', (t) => 12 * t],
    ['a product', (t, s) => t * s * 3],
    ['a product with the batch', (t, _, b) => t * b],
    ['a sum', (t, s) => t + s],
    ['a sum of a multiple', (t, s) => t + 2 * s + 1],
    ['a square', (t) => t * t],
    ['a part of a product', (t, s) => (t * s) / 2],
  ])('is a new unknown size for %s', (_, size) => {
    const found = sizeFromTrials(sizesOf(size), known)
    expect(found).toBeInstanceOf(UnknownSize)
    expect(known).not.toContain(found)
    expect((found as UnknownSize).sizes).toEqual(sizesOf(size))
  })

  it.each<[string, (time: number, space: number) => number]>([
    ['a limit', (t) => Math.min(50, t)],
    ['a larger limit', (t) => Math.min(1000, t)],
    ['a remainder', (t) => (t * t) % 97],
    ['a size that shrinks', (t) => 4000 - t],
  ])('is not supported for %s', (_, size) => {
    expect(sizeFromTrials(sizesOf(size), known)).toBeUndefined()
  })

  it('is open after only two trials that differ', () => {
    expect(sizeFromTrials([3, 900, undefined, undefined], known)).toBeUndefined()
  })
})

describe('unknown sizes', () => {
  it('are different from each other in every trial, and small in the first', () => {
    const made = Array.from({ length: 16 }, unknownSize)
    for (let trial = 0; trial < trialCount; trial++) {
      const sizes = [batchSize, ...made].map((size) => sizeAt(size, trial))
      // in the first trial a size may equal that of the batch
      expect(new Set(sizes.slice(1)).size).toBe(16)
      if (trial > 0) expect(new Set(sizes).size).toBe(17)
    }
    expect(Math.max(...made.map((size) => sizeAt(size, 0)))).toBeLessThan(20)
    expect(sizeAt(5, 1)).toBe(5)
  })
})
