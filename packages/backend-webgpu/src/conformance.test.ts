import { programChecks, testBackend } from '@gradus/testing'
import { describe, it } from 'vitest'
import { adapterObstacle, dawnGpu } from './testing/dawn.ts'
import { gpuDTypes } from './testing/dtypes.ts'
import { webgpu } from './webgpu.ts'

const obstacle = await adapterObstacle()

describe.skipIf(obstacle !== undefined)(`on an adapter${obstacle ? ` (${obstacle})` : ''}`, async () => {
  if (obstacle !== undefined) {
    it('is not tested', () => {})
    return
  }
  const backend = await webgpu({ gpu: dawnGpu() })
  testBackend(backend, { dtypes: gpuDTypes, tolerance: { float32: 1e-4, float32Gradient: 5e-4 } })
  describe('random programs', () => {
    for (const { name, run } of programChecks(backend, 3)) it(name, run, 60_000)
  })
})
