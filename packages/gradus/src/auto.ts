import { cpu } from '@gradus/backend-cpu'
import { wasm } from '@gradus/backend-wasm'
import { type Backend, BackendError, hasBackend, useBackend } from '@gradus/tensor'

/** The fastest first. */
const candidates: readonly (() => Backend)[] = [wasm, cpu]

/**
 * The fastest backend that starts here without further packages: `wasm` where the engine compiles WebAssembly at run time,
 * else `cpu`. `webgpu` is taken only by name, because small models run faster without it.
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

/** Chooses a backend where none was chosen. Called when a model is made, so that importing chooses nothing. */
export function ensureBackend(): void {
  if (!hasBackend()) void useBackend(auto())
}
