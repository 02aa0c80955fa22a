import { backendChecks, type Outcome, programChecks, runChecks } from '@gradus/testing/checks'
import type { Backend } from 'gradus'
import { gpuChecks } from '../../backends.ts'

/** The outcomes of all checks on a webgpu backend. */
export function gpuOutcomes(backend: Backend): Promise<Outcome[]> {
  return runChecks([...backendChecks(backend, gpuChecks), ...programChecks(backend, 2)])
}
