import { expect, it } from 'vitest'
import { ChunkSize } from './chunk-size.ts'

it('starts with one step and grows by a limited factor', () => {
  const chunkSize = new ChunkSize()
  const tried: number[] = []
  for (let i = 0; i < 6; i++) {
    const steps = chunkSize.within(25)
    tried.push(steps)
    chunkSize.measured(steps * 0.005, steps)
  }
  expect(tried).toEqual([1, 8, 64, 512, 4096, 5000])
})

it('fills the rest of a slice, with at least one step', () => {
  const chunkSize = new ChunkSize()
  for (const steps of [1, 8, 64]) chunkSize.measured(steps, steps)
  expect(chunkSize.within(25)).toBe(25)
  expect(chunkSize.within(3.5)).toBe(3)
  expect(chunkSize.within(0.2)).toBe(1)
  expect(chunkSize.within(0)).toBe(1)
})

it('adapts to steps that become slower', () => {
  const chunkSize = new ChunkSize()
  for (const steps of [1, 8, 64]) chunkSize.measured(steps * 0.1, steps)
  expect(chunkSize.within(25)).toBe(250)
  for (let i = 0; i < 8; i++) chunkSize.measured(250, 250)
  expect(chunkSize.within(25)).toBeLessThanOrEqual(26)
})

it('works with a clock that stands still', () => {
  const chunkSize = new ChunkSize()
  chunkSize.measured(0, 1)
  expect(chunkSize.within(25)).toBe(8)
  for (let i = 0; i < 20; i++) chunkSize.measured(0, chunkSize.within(25))
  expect(Number.isSafeInteger(chunkSize.within(25))).toBe(true)
})
