import { describe, expect, it } from 'vitest'
import { bracketsOf } from './hyperband.ts'
import { distinctTrials, gridOf, randomTrials } from './space.ts'

describe('a space', () => {
  it('has a grid of all combinations', () => {
    expect(gridOf({ a: [1, 'x'], b: { log: [0.001, 1], steps: 4 }, c: { integer: [1, 2] } })).toHaveLength(2 * 4 * 2)
    expect(gridOf({ b: { log: [0.001, 1], steps: 4 } }).map(({ b }) => b)).toEqual([0.001, 0.01, 0.1, 1])
    expect(gridOf({ b: { uniform: [-1, 1] } }).map(({ b }) => b)).toEqual([-1, -0.5, 0, 0.5, 1])
    expect(gridOf({ b: { logInteger: [8, 128] } }).map(({ b }) => b)).toEqual([8, 16, 32, 64, 128])
    const large = { uniform: [0, 1] as [number, number], steps: 200 }
    expect(() => gridOf({ a: large, b: large })).toThrow('40000 trials')
  })

  it('gives random trials that the seed determines, in the ranges and rarely twice', () => {
    const space = {
      rate: { log: [1e-4, 1e-1] as [number, number] },
      units: { integer: [1, 3] as [number, number] },
      name: ['a', 'b'],
    }
    const trials = randomTrials(space, 5, 300)
    expect(randomTrials(space, 5, 10)).toEqual(trials.slice(0, 10))
    expect(randomTrials(space, 6, 10)).not.toEqual(trials.slice(0, 10))
    const counts = [1, 2, 3].map((units) => trials.filter((trial) => trial.units === units).length)
    expect(counts.reduce((sum, n) => sum + n)).toBe(300)
    for (const count of counts) expect(count).toBeGreaterThan(70)
    const rates = trials.map(({ rate }) => rate as number)
    expect([Math.min(...rates) >= 1e-4, Math.max(...rates) <= 1e-1]).toEqual([true, true])
    // the median of a logarithmic range is its geometric mean
    expect(rates.filter((rate) => rate < 10 ** -2.5).length).toBeGreaterThan(120)
    expect(new Set(randomTrials({ units: { integer: [1, 20] } }, 1, 12).map(({ units }) => units)).size).toBe(12)
  })
})

it('random trials are all combinations where there are fewer', () => {
  const space = { units: { integer: [1, 3] as [number, number] }, name: ['a', 'b'] }
  const all = distinctTrials(space, 1, 20)
  expect(new Set(all.map(({ units, name }) => `${units} ${name}`)).size).toBe(6)
  expect(all).toHaveLength(6)
  expect(distinctTrials(space, 1, 20)).toEqual(all)
  expect(distinctTrials(space, 2, 20)).not.toEqual(all)
  expect(distinctTrials(space, 1, 5)).toEqual(randomTrials(space, 1, 5))
  expect(distinctTrials({ rate: { uniform: [0, 1] as [number, number] } }, 1, 5)).toHaveLength(5)
})

it('Hyperband has the brackets of the paper', () => {
  // table 1: R = 81, eta = 3
  const brackets = bracketsOf(81, 3).map((rungs) => rungs.map(({ count, epochs }) => [count, epochs]))
  expect(brackets[0]).toEqual([[81, 1], [27, 3], [9, 9], [3, 27], [1, 81]]) // biome-ignore format: a table
  expect(brackets.map(([first]) => first)).toEqual([[81, 1], [34, 3], [15, 9], [8, 27], [5, 81]]) // biome-ignore format: a table
  expect(bracketsOf(1, 3)).toEqual([[{ count: 1, epochs: 1 }]])
})
