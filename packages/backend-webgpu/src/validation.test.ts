import { backendChecks, programChecks, runChecks } from '@gradus/testing/checks'
import { expect, it } from 'vitest'
import { dawnGpu } from './testing/dawn.ts'
import { gpuDTypes } from './testing/dtypes.ts'
import { webgpu } from './webgpu.ts'

// Dawn without a driver: shaders are compiled and calls are checked, but nothing is computed, so values are not looked at.

it('all shaders of the ops and of random programs are valid, and so are the calls', async () => {
  const backend = await webgpu({ gpu: dawnGpu('backend=null') })
  const checks = [...backendChecks(backend, { dtypes: gpuDTypes }), ...programChecks(backend, 3)]
  const outcomes = await runChecks(checks)
  const refused = outcomes.filter(({ detail }) => detail?.includes('The webgpu backend'))
  expect(refused).toEqual([])
  expect(outcomes.length).toBeGreaterThan(300)
}, 60_000)
