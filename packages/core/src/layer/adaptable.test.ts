import { cpu } from '@gradus/backend-cpu'
import { type Tensor, tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import type { Batch, HostValues } from '../data/dataset.ts'
import { toHostValues } from '../data/host-values.ts'
import { type Adaptable, type AdaptData, adaptValues, isAdaptable, learnFrom } from './adaptable.ts'
import { Layer } from './layer.ts'

await useBackend(cpu())

async function valuesOf(data: AdaptData): Promise<HostValues[]> {
  const found: HostValues[] = []
  for await (const values of adaptValues(data)) found.push(values)
  return found
}

const batches = (...list: Batch['x'][]) => ({
  async *[Symbol.asyncIterator]() {
    for (const x of list) yield { x }
  },
})

describe('adaptValues', () => {
  it('gives arrays and tensors at once', async () => {
    expect(await valuesOf([['a', 'b']])).toEqual([{ data: ['a', 'b'], shape: [1, 2], dtype: 'string' }])
    expect(await valuesOf([1, 2])).toMatchObject([{ data: new Float32Array([1, 2]) }])
    expect(await valuesOf(tensor([[1, 2]]))).toMatchObject([{ data: new Float32Array([1, 2]), shape: [1, 2] }])
  })

  it('gives the values of each batch of a dataset', async () => {
    const [a, b] = [toHostValues(['a'], 'x'), toHostValues(['b', 'c'], 'x')]
    expect(await valuesOf(batches(a, b))).toEqual([a, b])
    expect(await valuesOf(batches({ word: a }, { word: b }))).toEqual([a, b])
    expect(await valuesOf(batches())).toEqual([])
  })

  it('refuses batches with several inputs', async () => {
    const a = toHostValues(['a'], 'x')
    await expect(valuesOf(batches({ word: a, place: a }))).rejects.toThrow(
      'A layer is adapted to one input, and the batches have 2. Choose one, as in data.map(({ x }) => ({ x: x.age })).',
    )
  })
})

it('recognizes layers with adapt', async () => {
  class Plain extends Layer {
    apply(x: Tensor): Tensor {
      return x
    }
  }
  class Longest extends Plain implements Adaptable {
    longest = 0
    async adapt(data: AdaptData): Promise<void> {
      this.longest = 0
      for await (const { data: texts } of adaptValues(data)) {
        for (const text of texts as string[]) this.longest = Math.max(this.longest, text.length)
      }
    }
  }
  expect(isAdaptable(new Plain())).toBe(false)
  const layer: Layer = new Longest()
  expect(isAdaptable(layer)).toBe(true)
  if (isAdaptable(layer)) await layer.adapt([['a', 'abc']])
  expect((layer as Longest).longest).toBe(3)
})

describe('learnFrom', () => {
  class Plain extends Layer {
    apply(x: Tensor): Tensor {
      return x
    }
  }

  it('reads arrays at once', () => {
    const found: HostValues[] = []
    expect(learnFrom(new Plain(), [1, 2], (values) => found.push(values))).toBe(undefined)
    expect(found).toMatchObject([{ shape: [2] }])
  })

  it('refuses calls of the layer until the data is read', async () => {
    const layer = new Plain()
    let count = 0
    const reading = learnFrom(layer, batches(toHostValues([1, 2], 'x')), () => count++)
    expect(() => layer.call(tensor([1]))).toThrow(
      'Plain was called before its adapt had read the data. Wait for it: await layer.adapt(data).',
    )
    await reading
    expect(count).toBe(1)
    expect(layer.call(tensor([1])).item()).toBe(1)
  })
})
