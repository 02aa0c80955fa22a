import type { Batch, HostArray } from '@gradus/core'
import { isDataset } from '@gradus/core'
import { describe, expect, it } from 'vitest'
import type { ElementTuple } from './element.ts'
import { fromArrays, fromIterable, type Pipeline } from './pipeline.ts'

const data = (value: Batch['x'] | undefined) => [...(value as HostArray).data]

/** The x values of a pass, one list per element. */
async function pass(pipeline: Pipeline): Promise<number[][]> {
  const seen: number[][] = []
  for await (const { x } of pipeline) seen.push(data(x))
  return seen
}

const numbers = (count: number) =>
  fromIterable(function* () {
    for (let i = 0; i < count; i++) yield { x: i }
  })
const rows = (count: number) => fromArrays({ x: Array.from({ length: count }, (_, i) => i) })

describe('batches', () => {
  it('of arrays end with a smaller one, or without it', async () => {
    const source = await fromArrays({
      x: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      y: [1, 2, 3],
      sampleWeight: [0.5, 1, 2],
    })
    const batches: Batch[] = []
    for await (const batch of source.batch(2)) batches.push(batch)
    expect(batches).toEqual([
      {
        x: { data: new Float32Array([1, 2, 3, 4]), shape: [2, 2], dtype: 'float32' },
        y: { data: new Float32Array([1, 2]), shape: [2], dtype: 'float32' },
        sampleWeight: { data: new Float32Array([0.5, 1]), shape: [2], dtype: 'float32' },
      },
      {
        x: { data: new Float32Array([5, 6]), shape: [1, 2], dtype: 'float32' },
        y: { data: new Float32Array([3]), shape: [1], dtype: 'float32' },
        sampleWeight: { data: new Float32Array([2]), shape: [1], dtype: 'float32' },
      },
    ])
    expect([source.length, source.batch(2).length, source.batch(2, { dropRemainder: true }).length]).toEqual([3, 2, 1])
    expect(await pass(source.batch(2, { dropRemainder: true }))).toEqual([[1, 2, 3, 4]])
  })

  it('are the same through map, which has to stack samples', async () => {
    const source = await fromArrays({ x: { a: [[1], [2], [3]], b: [true, false, true] } })
    const all = async (pipeline: Pipeline) => {
      const list: Batch[] = []
      for await (const batch of pipeline) list.push(batch)
      return list
    }
    expect(await all(source.map((sample) => sample).batch(2))).toEqual(await all(source.batch(2)))
  })

  it('of whole batches from an iterable pass through', async () => {
    const source = fromIterable(() => [{ x: [[1], [2]], y: [0, 1] }], { length: 1 })
    for await (const { x, y } of source) expect([(x as HostArray).shape, (y as HostArray).shape]).toEqual([[2, 1], [2]])
    expect(source.length).toBe(1)
    expect(isDataset(source)).toBe(true)
  })

  it('throw for samples that do not fit, with their indices', async () => {
    const ragged = fromIterable(() => [{ x: [1, 2] }, { x: [1] }])
    await expect(pass(ragged.batch(2))).rejects.toThrow('x of sample 1 is float32[1] and of sample 0 float32[2]')
    const targets = fromIterable(() => [{ x: 1, y: 1 }, { x: 1 }])
    await expect(pass(targets.batch(2))).rejects.toThrow('Sample 1 lacks y, unlike sample 0')
    const names = fromIterable(() => ['a', 'b'].map((key) => ({ x: { [key]: 1 } })))
    await expect(pass(names.batch(2))).rejects.toThrow('Sample 1 has x.b and sample 0 has x.a')
    await expect(pass(fromIterable(() => [3 as never]))).rejects.toThrow(
      'element 0 is 3; expected { x, y, sampleWeight }',
    )
    await expect(pass(fromIterable(() => [{ x: [1, 'a'] as never }]))).rejects.toThrow('x of element 0[1] is "a"')
    await expect(fromArrays({ x: [1, 2], y: [1] })).rejects.toThrow('x has 2 samples and y has 1')
    expect(() => fromIterable([{ x: 1 }] as never)).toThrow('Write fromIterable(() => values)')
  })
})

describe('stages', () => {
  it('make new pipelines and read nothing before an iteration', async () => {
    let opened = 0
    const source = fromIterable(() => {
      opened++
      return [{ x: 1 }, { x: 2 }, { x: 3 }, { x: 4 }]
    })
    const even = source.filter(({ x }) => data(x)[0]! % 2 === 0)
    const doubled = even.map(({ x }) => ({ x: data(x)[0]! * 2 }))
    expect(opened).toBe(0)
    expect(await pass(doubled)).toEqual([[4], [8]])
    expect(await pass(source)).toEqual([[1], [2], [3], [4]])
    expect(opened).toBe(2)
  })

  it.each([
    ['arrays', () => rows(6)],
    ['an iterable', () => numbers(6)],
  ])('take, skip and repeat of %s', async (_, make) => {
    const source = await make()
    expect((await pass(source.take(2))).flat()).toEqual([0, 1])
    expect((await pass(source.skip(4))).flat()).toEqual([4, 5])
    expect((await pass(source.skip(1).take(3).skip(1))).flat()).toEqual([2, 3])
    expect((await pass(source.take(2).repeat(3))).flat()).toEqual([0, 1, 0, 1, 0, 1])
    expect((await pass(source.take(2).repeat().take(5))).flat()).toEqual([0, 1, 0, 1, 0])
    expect((await pass(source.skip(9).repeat())).flat()).toEqual([])
  })

  it('know their lengths', async () => {
    const source = await rows(10)
    expect(
      source
        .map((e) => e)
        .shuffle()
        .take(7)
        .skip(2)
        .repeat(3)
        .batch(4)
        .prefetch(2).length,
    ).toBe(4)
    expect(source.filter(() => true).length).toBeUndefined()
    expect(source.repeat().length).toBe(Number.POSITIVE_INFINITY)
    expect(numbers(3).length).toBeUndefined()
  })

  it('check their arguments', async () => {
    const source = await rows(3)
    expect(() => source.batch(0)).toThrow("batch: 'size' must be a whole number from 1 and is 0")
    expect(() => source.take(-1)).toThrow('take')
    expect(() => source.shuffle({ buffer: 0 })).toThrow("'buffer'")
    expect(() => source.repeat().shuffle()).toThrow('the pipeline is endless')
    expect(() => source.restore({ pass: 0, position: -1 })).toThrow("'position'")
  })
})

describe('shuffle', () => {
  it.each([
    ['arrays', () => rows(50), undefined],
    ['an iterable', () => numbers(50), undefined],
    ['an iterable in a buffer', () => numbers(50), 8],
    ['arrays in a buffer', () => rows(50), 8],
  ])('of %s loses nothing, and differs by pass and seed', async (_, make, buffer) => {
    const source = await make()
    const options = buffer === undefined ? {} : { buffer }
    const shuffled = source.shuffle({ seed: 1, ...options })
    const [first, second] = [(await pass(shuffled)).flat(), (await pass(shuffled)).flat()]
    expect([...first].sort((a, b) => a - b)).toEqual((await pass(source)).flat())
    expect(second).not.toEqual(first)
    expect((await pass(source.shuffle({ seed: 1, ...options }))).flat()).toEqual(first)
    expect((await pass(source.shuffle({ seed: 2, ...options }))).flat()).not.toEqual(first)
    const same = source.shuffle({ seed: 1, reshuffle: false, ...options })
    expect((await pass(same)).flat()).toEqual(first)
    expect((await pass(same)).flat()).toEqual(first)
  })

  it('in a buffer cannot bring an element forward further than the buffer', async () => {
    const order = (await pass(numbers(50).shuffle({ buffer: 5 }))).flat()
    order.forEach((value, position) => expect(value).toBeLessThanOrEqual(position + 5))
  })
})

describe('resume', () => {
  const pipelines: [string, () => Promise<Pipeline>][] = [
    ['shuffled batches of arrays', async () => (await rows(11)).shuffle({ seed: 3 }).batch(2)],
    [
      'a pipeline of everything',
      async () =>
        numbers(40)
          .filter(({ x }) => data(x)[0]! % 3 !== 0)
          .map(({ x }) => ({ x: data(x)[0]! + 100 }))
          .shuffle({ seed: 2, buffer: 6 })
          .skip(1)
          .repeat(2)
          .batch(3)
          .prefetch(4),
    ],
    [
      'repeated arrays',
      async () =>
        (await rows(5))
          .shuffle({ seed: 9 })
          .repeat(3)
          .map((e) => e),
    ],
    ['batches of slices', async () => (await rows(20)).shuffle().skip(2).take(15).batch(4, { dropRemainder: true })],
  ]

  it.each(pipelines)('%s can be resumed at every position of two passes', async (_, make) => {
    const whole = [await pass(await make())]
    const source = await make()
    await pass(source)
    whole.push(await pass(source))
    for (const [passIndex, elements] of whole.entries()) {
      for (let stop = 1; stop < elements.length; stop++) {
        const first = await make()
        if (passIndex === 1) await pass(first)
        let count = 0
        for await (const _element of first) if (++count === stop) break
        const state = JSON.parse(JSON.stringify(first.state()))
        expect(state).toEqual({ pass: passIndex, position: stop })
        const second = await make()
        second.restore(state)
        expect(await pass(second)).toEqual(elements.slice(stop))
        if (passIndex === 0) expect(await pass(second)).toEqual(whole[1])
      }
    }
  })

  it('an iteration after break is a new pass', async () => {
    const source = (await rows(6)).shuffle({ seed: 1 })
    for await (const _ of source) break
    expect(source.state()).toEqual({ pass: 0, position: 1 })
    const next = await pass(source)
    expect(next).toHaveLength(6)
    expect(source.state()).toEqual({ pass: 2, position: 0 })
  })
})

describe('prefetch', () => {
  it('runs ahead by the given number, and stops with the iteration', async () => {
    let made = 0
    let closed = false
    const source = fromIterable(async function* () {
      try {
        for (let i = 0; i < 100; i++) {
          made++
          yield { x: i }
        }
      } finally {
        closed = true
      }
    })
    const iterator = source.prefetch(3)[Symbol.asyncIterator]()
    await iterator.next()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(made).toBe(4)
    await iterator.return()
    expect(closed).toBe(true)
  })

  it('reports an error at the position of its element', async () => {
    const source = fromIterable(function* () {
      yield { x: 1 }
      throw new Error('broken source')
    })
    const iterator = source.prefetch(4)[Symbol.asyncIterator]()
    expect((await iterator.next()).done).toBe(false)
    await expect(iterator.next()).rejects.toThrow('broken source')
  })
})

describe('elements in lists', () => {
  it('are x, y and sampleWeight', async () => {
    const pairs = fromIterable(function* (): Generator<ElementTuple> {
      yield [[1, 2], 3]
      yield [[4, 5], 6]
    })
    const { value: batch } = await pairs.batch(2)[Symbol.asyncIterator]().next()
    expect([batch!.x, batch!.y, batch!.sampleWeight]).toMatchObject([{ shape: [2, 2] }, { shape: [2] }, undefined])
  })
})
