import type { GpuSource } from '@gradus/backend-webgpu'
import { type Backend, BackendError } from '@gradus/tensor'
import type { BackendCheckOptions } from '../packages/testing/src/checks.ts'
import * as all from './all-backends.ts'

/** Options with which a backend is started. Backends leave out those that they do not have. */
interface StartOptions {
  readonly threads?: number
  /** The source of adapters where the platform has none. */
  readonly gpu?: GpuSource
}

/** The backends by name. They throw `BackendError` where they do not start. */
export const backends: Readonly<Record<string, (options?: StartOptions) => Backend | Promise<Backend>>> = all

/** A GPU has no float64, and computes `exp` and the like with fewer digits. */
export const gpuChecks = {
  dtypes: ['float16', 'float32', 'int32', 'uint32', 'bool'],
  tolerance: { float32: 1e-4, float32Gradient: 5e-4 },
} as const

/** Options of the conformance checks for backends that differ from the reference. */
const checksOf: Readonly<Record<string, BackendCheckOptions>> = { webgpu: gpuChecks }

interface Started {
  readonly name: string
  readonly checks?: BackendCheckOptions
  /** Missing where the backend does not start on this machine. */
  readonly backend?: Backend
}

/** Starts each backend. */
export function startAll(): Promise<readonly Started[]> {
  return Promise.all(
    Object.entries(backends).map(async ([name, start]) => {
      try {
        return { name, checks: checksOf[name], backend: await start() }
      } catch (error) {
        if (!(error instanceof BackendError)) throw error
        return { name }
      }
    }),
  )
}
