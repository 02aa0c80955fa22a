import type { BatchData } from '@gradus/core'
import { afterEach, describe, expect, it } from 'vitest'
import { Dense, Sequential } from '../../../gradus/src/index.ts'
import { SequenceDataset, type SequenceDatasetOptions } from './sequence-dataset.ts'

class Counted extends SequenceDataset {
  running = 0
  most = 0
  asked: number[] = []
  hooks: string[] = []

  constructor(
    readonly numBatches: number | undefined,
    options: SequenceDatasetOptions = {},
  ) {
    super(options)
  }

  async getItem(index: number): Promise<BatchData> {
    this.asked.push(index)
    this.most = Math.max(this.most, ++this.running)
    await new Promise((resolve) => setTimeout(resolve, index % 3))
    this.running--
    return { x: [[index]], y: [index] }
  }

  override onEpochBegin() {
    this.hooks.push('begin')
  }

  override onEpochEnd() {
    this.hooks.push('end')
  }
}

async function numbersOf(data: SequenceDataset, most = Number.POSITIVE_INFINITY): Promise<number[]> {
  const numbers: number[] = []
  for await (const { y } of data) {
    numbers.push((y as number[])[0]!)
    if (numbers.length === most) break
  }
  return numbers
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('SequenceDataset', () => {
  it.each([0, 1, 2, 4, 50])('has its batches in order with %i workers', async (workers) => {
    const data = new Counted(20, { workers })
    expect(await numbersOf(data)).toEqual(upTo(20))
    expect(data.most).toBe(Math.min(Math.max(1, workers), 10))
    expect(data.hooks).toEqual(['begin', 'end'])
    expect([data.length, data.batched]).toEqual([20, true])
  })

  it('makes as many batches ahead as its queue holds, and stops with the loop', async () => {
    const data = new Counted(undefined, { workers: 2, maxQueueSize: 3 })
    expect(data.length).toBe(Number.POSITIVE_INFINITY)
    expect(await numbersOf(data, 5)).toEqual(upTo(5))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(data.asked.length).toBeLessThanOrEqual(8)
  })

  it('makes nothing ahead with one worker', async () => {
    const data = new Counted(10)
    await numbersOf(data, 3)
    expect(data.asked).toEqual([0, 1, 2])
  })

  it('shuffles batches by the seed, differently in each pass, and resumes', async () => {
    const data = new Counted(12, { shuffle: true, seed: 4, workers: 3 })
    const passes = [await numbersOf(data), await numbersOf(data)]
    for (const pass of passes) expect([...pass].sort((a, b) => a - b)).toEqual(upTo(12))
    expect(passes[0]).not.toEqual(passes[1])
    const again = new Counted(12, { shuffle: true, seed: 4 })
    again.restore({ pass: 1, position: 5 })
    expect(await numbersOf(again)).toEqual(passes[1]!.slice(5))
    expect(again.state()).toEqual({ pass: 2, position: 0 })
  })

  it('passes on errors in their turn', async () => {
    class Failing extends Counted {
      override async getItem(index: number) {
        if (index === 2) throw new Error('no batch 2')
        return super.getItem(index)
      }
    }
    const seen: unknown[] = []
    const iterate = async () => {
      for await (const { y } of new Failing(5, { workers: 4 })) seen.push(y)
    }
    await expect(iterate()).rejects.toThrow('no batch 2')
    expect(seen).toEqual([[0], [1]])
  })

  it('trains a model', async () => {
    const model = new Sequential([new Dense({ units: 1 })], { seed: 1 })
    model.compile({ optimizer: 'sgd', loss: 'mse' })
    const data = new Counted(4, { workers: 2 })
    const { history } = await model.fit(data, { epochs: 3, verbose: 0 })
    expect(history['loss']).toHaveLength(3)
    expect(data.hooks).toEqual(['begin', 'end', 'begin', 'end', 'begin', 'end'])
  })

  it('names wrong options', () => {
    expect(() => new Counted(1, { workers: -1 })).toThrow("'workers' must be")
    expect(() => new Counted(1, { use_multiprocessing: true } as never)).toThrow("Did you mean 'useMultiprocessing'?")
    expect(() => new Counted(1, { useMultiprocessing: true as never })).toThrow('it must be { module: import.meta.url')
  })
})

describe('threads', () => {
  const module = new URL('../testing/thread-data.mjs', import.meta.url)
  const opened: SequenceDataset[] = []
  const open = (count: number, options: SequenceDatasetOptions = {}) => {
    const useMultiprocessing = { module, name: 'Numbers', options: { scale: 3 } }
    const data = new Counted(count, { workers: 2, useMultiprocessing, ...options })
    opened.push(data)
    return data
  }

  afterEach(async () => {
    for (const data of opened.splice(0)) await data.close()
  })

  it('make the batches, in order, and are kept for the next pass', async () => {
    const data = open(6)
    for (const pass of [1, 2]) {
      const threads = new Set<number>()
      const batches: unknown[] = []
      for await (const { x, y, sampleWeight } of data) {
        threads.add((sampleWeight as Float32Array)[0]!)
        batches.push([...(x as { data: Float32Array }).data, y])
      }
      expect(batches).toEqual(upTo(6).map((i) => [2 * i, 2 * i + 1, [3 * i, pass]]))
      expect(threads.size).toBe(2)
    }
    expect(data.asked).toEqual([])
  })

  it('report errors with their message, and go on', async () => {
    const data = open(8)
    await expect(numbersOf(data)).rejects.toThrow(/In a thread with '.*thread-data.mjs': no batch 7/)
    expect(await numbersOf(data, 3)).toEqual([0, 3, 6])
  })

  it('that end are reported', async () => {
    await expect(numbersOf(open(9, { shuffle: true }))).rejects.toThrow(/no batch 7|ended with the code 3/)
    const none = { module: 'data:text/javascript,export const a = 1', name: 'b' }
    await expect(numbersOf(open(2, { useMultiprocessing: none }))).rejects.toThrow('the module exports no class b')
    await expect(numbersOf(open(2, { useMultiprocessing: { module: 'file:///none.mjs' } }))).rejects.toThrow('none.mjs')
  })
})
