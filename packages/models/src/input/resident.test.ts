import { cpu } from '@gradus/backend-cpu'
import { type HostArray, Rng } from '@gradus/core'
import { decorate } from '@gradus/graph'
import { type Backend, BackendError, memory, type Tensor, tensor, useBackend } from '@gradus/tensor'
import { beforeEach, describe, expect, it } from 'vitest'
import { arraySource } from './batch-source.ts'
import { type ChunkSource, hostChunks } from './chunks.ts'
import { takeBatch } from './device-batch.ts'
import type { HostBatch } from './host-batch.ts'
import { Orders, type Shuffle } from './order.ts'
import { arrayChunks, residentBytes } from './resident.ts'

beforeEach(() => useBackend(cpu()))

/** Samples with distinct values: two inputs, one of them of whole numbers, a target and weights. */
function samples(size: number): HostBatch {
  const array = (shape: number[], value: (i: number) => number): HostArray => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => value(i))
    return { data, shape, dtype: 'float32' }
  }
  return {
    inputs: [
      array([size, 2], (i) => i),
      { data: Int32Array.from({ length: size }, (_, i) => -i), shape: [size], dtype: 'int32' },
    ],
    lengths: [undefined, { data: Int32Array.from({ length: size }, (_, i) => i + 1), shape: [size], dtype: 'int32' }],
    targets: [array([size, 1], (i) => i * 10), undefined],
    weights: [undefined, array([size], (i) => i / 8)],
    size,
  }
}

const numbers = ({ inputs, lengths, targets, weights, size }: HostBatch) => ({
  size,
  inputs: inputs.map(({ data, shape, dtype }) => [dtype, shape, [...data]]),
  lengths: lengths.map((x) => x && [x.dtype, x.shape, [...x.data]]),
  targets: targets.map((x) => x && [x.dtype, x.shape, [...x.data]]),
  weights: weights.map((x) => x && [x.dtype, x.shape, [...x.data]]),
})

/** All batches of a pass: those that steps read on the device, and those rebuilt on the host. */
async function walk(source: ChunkSource, pass: number, count: number) {
  const [seen, rebuilt]: [unknown[], unknown[]] = [[], []]
  const batches = source.pass(pass)
  let position: Tensor = tensor(0, { dtype: 'int32' })
  for (let chunk = await batches.take(count); chunk; chunk = await batches.take(count)) {
    expect(chunk.steps).toBeLessThanOrEqual(count)
    for (let index = 0; index < chunk.steps; index++) {
      chunk.feed((feed) => {
        const { batch, position: next } = takeBatch(feed, position)
        const host = (x: Tensor | undefined) => x && { data: x.dataSync(), shape: x.shape, dtype: x.dtype }
        seen.push(
          numbers({
            inputs: batch.inputs.map((x) => host(x)!),
            lengths: batch.lengths.map(host),
            targets: batch.targets.map(host),
            weights: batch.weights.map(host),
            size: batch.size,
          }),
        )
        position = next
      })
      rebuilt.push(numbers(await chunk.batch(index)))
    }
  }
  return { seen, rebuilt }
}

describe('chunks of arrays on the device', () => {
  const cases = [false, true, 'batch'].flatMap((shuffle) =>
    [
      [1, 4],
      [7, 3],
      [12, 4],
      [23, 5],
      [5, 64],
      [40, 1],
    ].map(([size, batchSize]) => [shuffle as Shuffle, size!, batchSize!] as const),
  )

  it.each(cases)(
    'shuffle %s: %i samples in batches of %i, the same as batch by batch',
    async (shuffle, size, batchSize) => {
      const host = samples(size)
      const options = { batchSize, shuffle, rng: () => new Rng(4) }
      const whole = arrayChunks(host, options)
      const single = hostChunks(arraySource(host, options))
      expect(whole.bytes).toBeGreaterThan(0)
      for (const pass of [0, 1, 6]) {
        const { seen } = await walk(single, pass, 1)
        expect(seen).toHaveLength(Math.ceil(size / batchSize))
        for (const count of [1, 2, 1000]) {
          const { seen: onDevice, rebuilt } = await walk(whole, pass, count)
          expect(onDevice).toEqual(seen)
          expect(rebuilt).toEqual(seen)
        }
      }
      whole.close()
    },
  )

  it('have at most the given number of batches; a smaller last batch is alone', async () => {
    const pass = arrayChunks(samples(23), { batchSize: 5 }).pass(0)
    const rows = []
    for (const count of [1, 2, 9, 9, 9]) rows.push((await pass.take(count))?.rows)
    expect(rows).toEqual([
      { start: 0, end: 5 },
      { start: 5, end: 15 },
      { start: 15, end: 20 },
      { start: 20, end: 23 },
      undefined,
    ])
  })

  it('depend on seed and pass only', async () => {
    const first = async (seed: number, pass: number, jit = true) => {
      const source = arrayChunks(samples(23), {
        batchSize: 5,
        shuffle: true,
        rng: () => new Rng(seed),
        orders: new Orders(jit),
      })
      return (await walk(source, pass, 3)).seen
    }
    expect(await first(1, 2)).toEqual(await first(1, 2))
    expect(await first(1, 2, false)).toEqual(await first(1, 2))
    expect(await first(1, 3)).not.toEqual(await first(1, 2))
    expect(await first(2, 2)).not.toEqual(await first(1, 2))
  })

  it('keep the samples and one order on the device, until they are closed', async () => {
    const before = memory().buffers
    const source = arrayChunks(samples(23), { batchSize: 5, shuffle: true, rng: () => new Rng(4) })
    expect(memory().buffers - before).toBe(5 + 1) // the key of the order
    source.pass(0)
    const { buffers } = memory()
    for (let number = 1; number < 5; number++) source.pass(number)
    expect(memory().buffers).toBe(buffers)
    source.close()
    expect(memory().buffers).toBe(before)
  })
})

describe('samples that do not fit on the device', () => {
  const options = { batchSize: 5, shuffle: true, rng: () => new Rng(4) }

  it('are copied batch by batch if they exceed the limit', () => {
    const host = samples(23)
    expect(residentBytes(host)).toBe(24 * (2 + 1 + 1 + 1 + 1 + 1) * 4)
    expect(arrayChunks(host, options, residentBytes(host)).bytes).toBe(residentBytes(host))
    const before = memory().buffers
    expect(arrayChunks(host, options, residentBytes(host) - 1).bytes).toBe(0)
    expect(memory().buffers).toBe(before)
  })

  /** A backend that throws at its third allocation. */
  const failing = (error: Error): Backend => {
    const inner = cpu()
    let count = 0
    return decorate(inner, {
      allocate(bytes) {
        if (++count === 3) throw error
        return inner.allocate(bytes)
      },
    })
  }

  it('are copied batch by batch if an allocation fails', async () => {
    const backend = await useBackend(failing(new BackendError('out of memory')))
    const before = memory().buffers
    expect(arrayChunks(samples(23), options).bytes).toBe(0)
    expect(memory().buffers).toBe(before)
    expect(backend.name).toBe('cpu')
  })

  it('other errors are thrown', async () => {
    await useBackend(failing(new Error('broken')))
    const before = memory().buffers
    expect(() => arrayChunks(samples(23), options)).toThrow('broken')
    expect(memory().buffers).toBe(before)
  })

  it('cpu throws a BackendError for them', () => {
    expect(() => cpu().allocate(2 ** 53)).toThrow(BackendError)
  })
})
