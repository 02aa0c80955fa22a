import { backendChecks, type Outcome, programChecks, runChecks } from '@gradus/testing/checks'
import type { Backend } from 'gradus'
import { gpuDTypes } from '../../../packages/backend-webgpu/src/testing/dtypes.ts'

/** What comes of all checks on a webgpu backend. */
export function gpuOutcomes(backend: Backend): Promise<Outcome[]> {
  const options = { dtypes: gpuDTypes, tolerance: { float32: 1e-4, float32Gradient: 5e-4 } }
  return runChecks([...backendChecks(backend, options), ...programChecks(backend, 2)])
}
