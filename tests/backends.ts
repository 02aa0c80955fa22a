import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { type GpuSource, webgpu } from '@gradus/backend-webgpu'
import { type Backend, BackendError } from '@gradus/tensor'
import type { BackendCheckOptions } from '../packages/testing/src/checks.ts'

/** Options with which a backend is started, for those backends that have them. */
interface StartOptions {
  readonly threads?: number
  /** The source of adapters where the platform has none. */
  readonly gpu?: () => Promise<GpuSource>
}

interface TestedBackend {
  /** Throws `BackendError` where the backend does not start. */
  start(options?: StartOptions): Backend | Promise<Backend>
  /** Options of the conformance checks, where the backend differs from the reference. */
  readonly checks?: Pick<BackendCheckOptions, 'dtypes' | 'tolerance'>
}

/** A GPU has no float64, and computes `exp` and the like with fewer digits. */
export const gpuChecks = {
  dtypes: ['float16', 'float32', 'int32', 'uint32', 'bool'],
  tolerance: { float32: 1e-4, float32Gradient: 5e-4 },
} as const

/** The backends that tests, recorded values and benchmarks run on. A new backend is a row. */
export const backends: Readonly<Record<string, TestedBackend>> = {
  cpu: { start: () => cpu() },
  wasm: { start: ({ threads } = {}) => wasm({ threads }) },
  webgpu: { start: async ({ gpu } = {}) => webgpu({ gpu: await gpu?.() }), checks: gpuChecks },
}

/** Starts each backend. One that does not start on this machine has an `obstacle` instead. */
export function startAll(): Promise<readonly Started[]> {
  return Promise.all(
    Object.entries(backends).map(async ([name, { start, checks }]) => {
      try {
        return { name, checks, backend: await start() }
      } catch (error) {
        if (!(error instanceof BackendError)) throw error
        return { name, checks, obstacle: error.message }
      }
    }),
  )
}

interface Started {
  readonly name: string
  readonly checks: TestedBackend['checks']
  readonly backend?: Backend
  /** Why the backend does not start. */
  readonly obstacle?: string
}
