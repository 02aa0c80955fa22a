import { cpu } from '@gradus/backend-cpu'
import { type Backend, matmul, onBackend, tensor } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { chooseTiles, type ShapeClass, shapeClasses, type TileTable, tileVariants } from '../kernels/tiles.ts'
import { adapterObstacle, dawnGpu } from '../testing/dawn.ts'
import { makeWebGpu } from '../webgpu.ts'
import { type Measure, measureOn, tunedTiles } from './tuning.ts'

/** Larger depths take longer, except for tall shapes. */
const slowerWhenDeep: Measure = async (of, { quads, depth }) => (of === 'tall' ? 100 - depth : depth) + quads / 10

const expected: TileTable = {
  square: { quads: 1, depth: 8 },
  tall: { quads: 1, depth: 32 },
  wide: { quads: 1, depth: 8 },
  small: { quads: 1, depth: 8 },
}

function cacheWith(entries: [string, string][] = []) {
  const map = new Map(entries)
  const cache = { get: (key: string) => map.get(key), set: (key: string, value: string) => void map.set(key, value) }
  return { map, cache }
}

describe('tuned tiles', () => {
  it('are the fastest in each class of shapes', async () => {
    expect(await tunedTiles('a device', slowerWhenDeep)).toEqual(expected)
  })

  it('are cached by device', async () => {
    const { map, cache } = cacheWith()
    await tunedTiles('a device', slowerWhenDeep, cache)
    expect([...map.keys()]).toEqual(['gradus tiles 1 a device'])
    const never: Measure = () => Promise.reject(new Error('measured again'))
    expect(await tunedTiles('a device', never, cache)).toEqual(expected)
    await expect(tunedTiles('another device', never, cache)).rejects.toThrow('measured again')
  })

  it.each(['', 'no json', '{}', '{"square":{"quads":3,"depth":8}}', 'null', '[1]'])(
    'are measured again where the cache holds %j',
    async (text) => {
      const { map, cache } = cacheWith([['gradus tiles 1 a device', text]])
      expect(await tunedTiles('a device', slowerWhenDeep, cache)).toEqual(expected)
      expect(JSON.parse(map.get('gradus tiles 1 a device')!)).toEqual(expected)
    },
  )

  it('apply to shapes of their class', () => {
    const table: TileTable = { tall: { quads: 1, depth: 32 } }
    expect(chooseTiles([1, 4096, 256, 512], table)).toMatchObject({ quads: 1, depth: 32 })
    expect(chooseTiles([1, 2048, 2048, 512], table)).toEqual(chooseTiles([1, 2048, 2048, 512]))
    expect(chooseTiles([1, 8, 8, 512], table)).toBeUndefined()
  })
})

const obstacle = await adapterObstacle()

describe.skipIf(obstacle !== undefined)('on an adapter', () => {
  const product = async (backend: Backend) => {
    const sizes = [133, 70, 150] as const
    const numbers = (count: number, by: number) => Float32Array.from({ length: count }, (_, i) => ((i * by) % 11) - 5)
    const result = onBackend(backend, () =>
      matmul(
        tensor(numbers(sizes[0] * sizes[1], 7), { shape: [sizes[0], sizes[1]] }),
        tensor(numbers(sizes[1] * sizes[2], 3), { shape: [sizes[1], sizes[2]] }),
      ),
    )
    return Array.from(await result.data())
  }

  it('every variant of tiles gives the same result', async () => {
    const right = await product(cpu())
    for (const variant of tileVariants) {
      const tiles = Object.fromEntries(shapeClasses.map((of) => [of, variant]))
      const backend = await makeWebGpu({ gpu: dawnGpu(), traits: { tiles } })
      expect(await product(backend), JSON.stringify(variant)).toEqual(right)
    }
  }, 120_000)

  it('times are measured, but not on drivers without a GPU', async () => {
    const sizes = { square: [128, 32, 128], tall: [512, 32, 128], wide: [128, 32, 512], small: [64, 32, 64] } as const
    const { map, cache } = cacheWith()
    const asked: ShapeClass[] = []
    const backend = await makeWebGpu({
      gpu: dawnGpu(),
      tune: true,
      tuneCache: cache,
      measure: (machine) => {
        const measure = measureOn(machine, {}, () => performance.now(), sizes)
        return async (of, variant) => {
          asked.push(of)
          const time = await measure(of, variant)
          expect(time).toBeGreaterThan(0)
          return time
        }
      },
    })
    expect(new Set(asked)).toEqual(new Set(shapeClasses))
    expect(map.size).toBe(1)
    expect(await product(backend)).toEqual(await product(cpu()))
    const untouched = cacheWith()
    await makeWebGpu({ gpu: dawnGpu(), tune: true, tuneCache: untouched.cache })
    const { isFallbackAdapter } = ((await dawnGpu().requestAdapter()) as GPUAdapter).info
    expect(untouched.map.size).toBe(isFallbackAdapter ? 0 : 1)
  }, 240_000)
})
