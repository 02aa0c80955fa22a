import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { type Backend, BackendError, currentBackend, setDefaultBackend } from '@gradus/tensor'

/** The backends to try, the fastest first. */
const candidates: readonly (() => Backend)[] = [wasm, cpu]

/**
 * Returns the fastest backend of this package that starts: `wasm` if the engine can compile WebAssembly at run time, otherwise
 * `cpu`. `webgpu` must be chosen explicitly, because small models run faster without it.
 *
 * @example
 * import { auto, useBackend } from 'gradus'
 * const backend = await useBackend(auto())
 * backend.name // => 'wasm'
 */
export function auto(): Backend {
  for (const start of candidates) {
    try {
      return start()
    } catch (error) {
      if (!(error instanceof BackendError)) throw error
    }
  }
  throw new BackendError('No backend starts here.')
}

/**
 * Registers `auto` as the default backend and returns `value`. Exports that can make the first tensor of a program are made with
 * it. A call at module level that is marked as pure runs when the package is imported, and a bundler drops it, together with
 * `auto`, if the export is not used.
 */
export function registersAuto<T>(value: T): T {
  setDefaultBackend(auto)
  return value
}

/** Starts `auto` if no backend was chosen. */
export const ensureBackend = /* @__PURE__ */ registersAuto(() => void currentBackend())
