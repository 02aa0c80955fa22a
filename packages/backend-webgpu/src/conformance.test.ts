import { programChecks, testBackend } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { gpuChecks } from '../../../tests/backends.ts'
import { adapterObstacle, dawnGpu } from './testing/dawn.ts'
import { type MakeOptions, makeWebGpu, webgpu } from './webgpu.ts'

const obstacle = await adapterObstacle()

const variants: Record<string, Omit<MakeOptions, 'gpu'>> = {
  'as it is': {},
  'taken to have no subgroups': { traits: {} },
}

describe.skipIf(obstacle !== undefined)(`on an adapter${obstacle ? ` (${obstacle})` : ''}`, () => {
  describe.each(Object.keys(variants))('%s', async (name) => {
    if (obstacle !== undefined) {
      it('is not tested', () => {})
      return
    }
    const backend = await makeWebGpu({ gpu: dawnGpu(), ...variants[name] })
    testBackend(backend, gpuChecks)
    describe('random programs', () => {
      for (const { name: program, run } of programChecks(backend, 3)) it(program, run, 60_000)
    })
  })

  it('matrix units are refused where the device has none', async () => {
    const starting = webgpu({ gpu: dawnGpu(), experimental: { subgroupMatrix: true } })
    await expect(starting).rejects.toThrow(/does not start with `subgroupMatrix`: the device offers no matrix units/)
  })
})
