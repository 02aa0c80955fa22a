import { cpu } from '@gradus/backend-cpu'
import { argMax, type Backend, max, onBackend, sum, tensor } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { adapterObstacle, dawnGpu } from './testing/dawn.ts'
import { webgpu } from './webgpu.ts'

const obstacle = await adapterObstacle()

// so long that several workgroups process one row, and a workgroup combines their parts
describe.skipIf(obstacle !== undefined)('rows of a million elements', () => {
  it.each([
    [[1_200_007], 0],
    [[2, 600_011], 1],
    [[600_011, 2], 0],
  ])(
    '%j over axis %i',
    async (shape, axis) => {
      const size = shape.reduce((a, b) => a * b)
      const data = Float32Array.from({ length: size }, (_, i) => Math.sin(i * i * 0.37) + (i % 7) / 7)
      const results = async (backend: Backend) => {
        const found = onBackend(backend, () => {
          const x = tensor(data, { shape })
          return [sum(x, { axis }), max(x, { axis }), argMax(x, { axis })]
        })
        return Promise.all(found.map(async (result) => Array.from(await result.data())))
      }
      const [actual, expected] = [await results(await webgpu({ gpu: dawnGpu() })), await results(cpu())]
      expect(actual.slice(1)).toEqual(expected.slice(1))
      actual[0]!.forEach((total, row) => expect(total / expected[0]![row]!).toBeCloseTo(1, 5))
    },
    120_000,
  )
})
