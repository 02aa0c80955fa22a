import { afterEach, expect, it } from 'vitest'
import { clearRandomSeed, defaultSeed, setRandomSeed } from './default-seed.ts'

afterEach(clearRandomSeed)

it('default seeds repeat after setRandomSeed, and differ from call to call', () => {
  const seeds = (seed: number) => {
    setRandomSeed(seed)
    return Array.from({ length: 4 }, defaultSeed)
  }
  const first = seeds(7)
  expect(new Set(first).size).toBe(4)
  expect(seeds(7)).toEqual(first)
  expect(seeds(8)).not.toEqual(first)
  expect(seeds(-1).every((seed) => seed >= 0 && seed < 2 ** 32)).toBe(true)
  clearRandomSeed()
  expect(Array.from({ length: 4 }, defaultSeed)).not.toEqual(seeds(7))
})

it('a seed is a whole number', () => {
  expect(() => setRandomSeed('a' as never)).toThrow('setRandomSeed takes a whole number, as in setRandomSeed(1)')
  expect(() => setRandomSeed(0.5)).toThrow('and got 0.5.')
})
