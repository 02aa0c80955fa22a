import type { HostArray } from '@gradus/core'
import { describe, expect, it } from 'vitest'
import { normalize } from './normalize.ts'
import { padSequences } from './pad-sequences.ts'
import { fromArrays } from './pipeline.ts'
import { randomBelow, shuffledOrder } from './random-order.ts'
import recorded from './recorded/utils.json' with { type: 'json' }
import { packXYSampleWeight, unpackXYSampleWeight } from './sample-weight.ts'
import { featureRange, scaleToUnit } from './scale.ts'
import { splitDataset, trainTestSplit } from './split.ts'
import { toCategorical } from './to-categorical.ts'

interface Recorded {
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

const given = ({ shape, data }: Recorded): HostArray => ({ data: Float32Array.from(data), shape, dtype: 'float32' })

// Keras's recorded results.
const functions: Readonly<Record<string, (args: readonly unknown[], options: object) => HostArray>> = {
  to_categorical: ([labels, classes]) => toCategorical(given(labels as Recorded), classes as number | undefined),
  normalize: ([x], options) => normalize(given(x as Recorded), options),
  pad_sequences: ([sequences], options) => padSequences(sequences as number[][], options),
}

it.each(recorded.cases)('$name gives what Keras gives', ({ function: name, args, kwargs, result }) => {
  const { data, shape, dtype } = functions[name]!(args, kwargs)
  expect(shape).toEqual(result.shape)
  if (name === 'pad_sequences') expect(dtype).toBe(result.dtype)
  result.data.forEach((value, index) => expect(data[index]).toBeCloseTo(value, 6))
})

describe('utilities', () => {
  it('toCategorical throws for labels that are not classes', () => {
    expect(() => toCategorical([0, 3], 3)).toThrow('labels[1] is 3; expected a whole number from 0 to 2')
    expect(() => toCategorical([0.5, 1])).toThrow('labels[0] is 0.5')
    expect(() => toCategorical([-1, 1])).toThrow('labels[0] is -1')
  })

  it('normalize works along any axis and with any order', () => {
    const x = [
      [
        [3, 1],
        [4, 0],
      ],
      [
        [0, 6],
        [0, 8],
      ],
    ]
    const result = [...normalize(x, { axis: 1 }).data].map((value) => Number(value.toFixed(6)))
    expect(result).toEqual([0.6, 1, 0.8, 0, 0, 0.6, 0, 0.8])
    expect([...normalize([[2, -4]], { order: Number.POSITIVE_INFINITY }).data]).toEqual([0.5, -1])
    expect(() => normalize([[1]], { axis: 2 })).toThrow('axis 2 does not exist')
    const norms = { 0: 2, '-Infinity': 0, '-1': 1 }
    for (const [order, norm] of Object.entries(norms)) {
      const row = order === '-1' ? [2, 2] : [3, 0, -6]
      expect([...normalize([row], { order: Number(order) }).data]).toEqual(row.map((value) => value / (norm || 1)))
    }
    expect(() => normalize([[1]], { order: 'l2' as never })).toThrow(`'order' must be a number and is "l2"`)
  })

  it('padSequences cuts at the front and checks values', () => {
    expect([...padSequences([[1, 2, 3]], { maxlen: 2 }).data]).toEqual([2, 3])
    expect(padSequences([], { maxlen: 3 }).shape).toEqual([0, 3])
    expect(() => padSequences([[1.5]])).toThrow('padded sequences[0][0] is 1.5')
    const vectors = padSequences(
      [
        [],
        [[1, 2]],
        [
          [3, 4],
          [5, 6],
        ],
      ],
      { value: 9, padding: 'post', maxlen: 2 },
    )
    expect(vectors.shape).toEqual([3, 2, 2])
    expect([...vectors.data]).toEqual([9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 5, 6])
    expect(() => padSequences([[[1, 2]], [[3]]])).toThrow('sequences[1] has elements of the shape [1]; expected [2]')
    expect(() => padSequences([[1], ['a' as unknown as number]])).toThrow('sequences[1][0] is "a"')
  })

  it('scaleToUnit uses the range of other data', () => {
    const range = featureRange([
      [0, 5],
      [10, 5],
    ])
    expect(range).toEqual({ low: [0, 5], high: [10, 5] })
    expect([...scaleToUnit([[20, 9]], range).data]).toEqual([2, 0])
    expect(() => scaleToUnit([[1]], range)).toThrow('x has 1 features and the range has 2')
    expect(() => featureRange([[1, Number.NaN]])).toThrow('Feature 1 of x holds NaN')
  })
})

describe('random order', () => {
  it('is a permutation that depends on seed and stream only', () => {
    const order = shuffledOrder(1000, 5, 2)
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
    expect(shuffledOrder(1000, 5, 2)).toEqual(order)
    expect(shuffledOrder(1000, 5, 3)).not.toEqual(order)
    expect(shuffledOrder(1000, 6, 2)).not.toEqual(order)
  })

  it('gives all numbers the same probability', () => {
    const below = randomBelow(1, 0)
    const counts = new Array<number>(6).fill(0)
    for (let i = 0; i < 60_000; i++) counts[below(6)]!++
    // Chi-square with 5 degrees of freedom stays below 20.5 with probability 0.999.
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(20.5)
  })

  it('can move every number to every position', () => {
    const first = new Array<number>(5).fill(0)
    for (let seed = 0; seed < 5000; seed++) first[shuffledOrder(5, seed)[0]!]!++
    expect(first.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(18.5)
  })
})

describe('splits', () => {
  const x = Array.from({ length: 10 }, (_, i) => [i])
  const y = Array.from({ length: 10 }, (_, i) => i * 10)

  it('keep inputs and targets together and lose nothing', async () => {
    const { train, test } = await trainTestSplit({ x: { a: x }, y }, { testSize: 0.3, seed: 4 })
    const inputs = [train, test].map(({ x: named }) => [...(named as { a: HostArray }).a.data])
    const targets = [train, test].map(({ y: named }) => [...(named as HostArray).data])
    expect(inputs.map(({ length }) => length)).toEqual([7, 3])
    expect(targets).toEqual(inputs.map((values) => values.map((value) => value * 10)))
    expect(inputs.flat().sort((a, b) => a - b)).toEqual(x.flat())
    expect(inputs.flat()).not.toEqual(x.flat())
    expect(await trainTestSplit({ x: { a: x }, y }, { testSize: 0.3, seed: 4 })).toEqual({ train, test })
  })

  it('can keep the order, and throw for empty parts', async () => {
    const { test } = await trainTestSplit({ x, y }, { testSize: 2, shuffle: false })
    expect([...(test.y as HostArray).data]).toEqual([80, 90])
    await expect(trainTestSplit({ x, y }, { testSize: 10 })).rejects.toThrow(
      "'testSize' is 10, which leaves one part of the 10 samples empty",
    )
  })

  it('split pipelines', async () => {
    const [left, right] = splitDataset((await fromArrays({ x, y })).shuffle({ seed: 1, reshuffle: false }), 0.8)
    expect([left.length, right.length]).toEqual([8, 2])
    const seen: number[] = []
    for (const part of [left, right]) for await (const element of part) seen.push((element.y as HostArray).data[0]!)
    expect(seen.sort((a, b) => a - b)).toEqual(y)
    expect(() => splitDataset(left.repeat(), 0.5)).toThrow('known, finite length')
  })

  it('split by both sizes, shuffled, and arrays', async () => {
    const data = await fromArrays({ x, y })
    const lengths = (size: Parameters<typeof splitDataset>[1]) => splitDataset(data, size).map(({ length }) => length)
    expect(lengths({ leftSize: 3 })).toEqual([3, 7])
    expect(lengths({ rightSize: 0.2 })).toEqual([8, 2])
    expect(lengths({ leftSize: 2, rightSize: 0.5 })).toEqual([2, 5])
    expect(lengths(0.25)).toEqual([2, 8]) // 2.5 is rounded to the even number, as in Keras
    const seen: number[][] = []
    for (const part of await splitDataset({ x, y }, { leftSize: 0.5, shuffle: true, seed: 2 })) {
      const labels: number[] = []
      for await (const element of part) labels.push((element.y as HostArray).data[0]!)
      seen.push(labels)
    }
    expect(seen[0]).not.toEqual(y.slice(0, 5))
    expect(seen.flat().sort((a, b) => a - b)).toEqual(y)
    expect(() => lengths({})).toThrow("splitDataset needs 'leftSize' or 'rightSize'")
    expect(() => lengths({ leftSize: 6, rightSize: 5 })).toThrow('together they exceed them')
    expect(() => lengths({ rightSize: 0.01 })).toThrow("'rightSize' is 0.01, which leaves one part")
    expect(() => lengths({ left_size: 1 } as never)).toThrow("Did you mean 'leftSize'?")
  })

  it('have parts', () => {
    expect(packXYSampleWeight([[1]], [2], [3])).toEqual({ x: [[1]], y: [2], sampleWeight: [3] })
    expect(unpackXYSampleWeight(packXYSampleWeight([[1]], null))).toEqual([[[1]], undefined, undefined])
    expect(unpackXYSampleWeight([[[1]], [2]])).toEqual([[[1]], [2], undefined])
    expect(() => unpackXYSampleWeight(3 as never)).toThrow('A batch is { x, y, sampleWeight } or [x, y, sampleWeight]')
  })
})
