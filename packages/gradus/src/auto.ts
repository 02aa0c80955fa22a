import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { type Backend, BackendError, hasBackend, useBackend } from '@gradus/tensor'

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

/** Chooses a backend if none was chosen. Models call it when they are created, because importing must have no effect. */
export function ensureBackend(): void {
  if (!hasBackend()) void useBackend(auto())
}
