import { describe, expect, it } from 'vitest'
import { dataNames, defaults } from '../settings/settings.ts'
import { halfWidth } from './generators.ts'
import { makeProblem } from './problem.ts'

const generated = dataNames.filter((name) => name !== 'own')

describe.each(generated)('the data set %s', async (data) => {
  const settings = { ...defaults, data, noise: 0.2 }
  const problem = await makeProblem(settings)

  it('depends on the seed', async () => {
    expect(await makeProblem(settings)).toEqual(problem)
    expect(await makeProblem({ ...settings, seed: 2 })).not.toEqual(problem)
  })

  it('is split by trainShare', () => {
    const [train, test] = [problem.train.y.length, problem.test.y.length]
    expect(train / (train + test)).toBeCloseTo(0.8, 2)
  })

  it('has inputs in the plane, and all classes', () => {
    const rows = [...problem.train.x, ...problem.test.x]
    expect(rows.every((row) => row.length === problem.inputs.length)).toBe(true)
    expect(Math.max(...rows.flat().map(Math.abs))).toBeLessThanOrEqual(halfWidth)
    if (problem.kind === 'classes') expect(new Set(problem.train.y)).toEqual(new Set(problem.outputs.keys()))
  })
})

describe('makeProblem', () => {
  it('has side effects from 65 on without noise', async () => {
    const { train } = await makeProblem({ ...defaults, noise: 0 })
    train.x.forEach(([age], i) => expect(Math.round(13 + 87 * age!) >= 65 ? 1 : 0).toBe(train.y[i]))
  })

  it('keeps own points unchanged', async () => {
    const { train, test } = await makeProblem({
      ...defaults,
      data: 'own',
      points: [
        [1, -2, 1],
        [0.5, 0, 0],
      ],
      trainShare: 0.5,
    })
    expect([...train.y, ...test.y].sort()).toEqual([0, 1])
    expect([...train.x, ...test.x]).toContainEqual([1, -2])
  })

  it('has every digit of the file once, with pixels in sixteenths', async () => {
    const { train, test } = await makeProblem({ ...defaults, data: 'digits', noise: 0 })
    const pixels = [...train.x, ...test.x]
    expect(pixels).toHaveLength(1797)
    expect(pixels.every((row) => row.every((pixel) => Number.isInteger(pixel * 16)))).toBe(true)
    const digits = [...train.y, ...test.y]
    expect(Array.from({ length: 10 }, (_, digit) => digits.filter((y) => y === digit).length)).toEqual([
      178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ])
  })
})
