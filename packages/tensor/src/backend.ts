import { BackendError } from './errors.ts'
import type { Graph } from './graph.ts'
import type { Op } from './op.ts'
import type { DeviceBuffer, Memory } from './storage.ts'
import type { Tensor } from './tensor.ts'

/** A compiled graph: a program. */
export interface Executable {
  /** The memory in bytes that this program alone keeps between runs. Programs are dropped by it. Default 0. */
  readonly bytes?: number
  /**
   * One buffer per graph output. Each is new, or is the buffer of a donated input, and never aliases another output.
   * The caller owns it.
   *
   * With a `count` above 1, for graphs that are `repeatable`, the program runs that many times: after each run its outputs
   * replace the first inputs (output i becomes input i), and those of the last run are returned. The program frees the
   * buffers of the runs in between.
   */
  run(inputs: readonly DeviceBuffer[], count?: number): DeviceBuffer[]
}

/** Compiles and runs graphs. A new backend implements this interface only. */
export interface Backend extends Memory {
  /** A short description of the platform: 'WebAssembly, SIMD, 2 threads'. */
  readonly about?: string
  /** Whether the backend has code for an op. Composites without it are inlined. */
  has(op: Op): boolean
  /** Compiles a graph: of one op or of a whole train step. */
  compile(graph: Graph): Executable
}

/** The backend chosen with `useBackend`, or the default one that was started. */
let chosen: Backend | undefined
/** The backend of the innermost `onBackend` that runs. */
let scoped: Backend | undefined
let startDefault: (() => Backend) | undefined

/**
 * Chooses the backend on which new tensors live. A backend is chosen at once; a promise of one when it resolves.
 *
 * @example
 * import { currentBackend, useBackend } from '@gradus/tensor'
 * import { cpu } from '@gradus/backend-cpu'
 * await useBackend(cpu())
 * currentBackend().name // => 'cpu'
 */
export function useBackend(backend: Backend | PromiseLike<Backend>): Promise<Backend> {
  if (typeof backend !== 'object' || backend === null) {
    throw new BackendError(
      `useBackend takes a backend, as in useBackend(cpu()), and was given ${typeof backend === 'function' ? 'a function; call it' : JSON.stringify(backend)}.`,
    )
  }
  if ('then' in backend) return Promise.resolve(backend).then(useBackend)
  chosen = backend
  scoped = undefined
  return Promise.resolve(backend)
}

/**
 * Registers the backend that is started if a tensor is made before a backend was chosen. The package `gradus` registers `auto`;
 * without that package there is no default.
 *
 * @example
 * import { currentBackend, setDefaultBackend } from '@gradus/tensor'
 * import { cpu } from '@gradus/backend-cpu'
 * setDefaultBackend(cpu)
 * const { name } = currentBackend() // that of `useBackend`, otherwise `cpu`
 */
export function setDefaultBackend(start: () => Backend): void {
  if (typeof start !== 'function') {
    throw new BackendError(
      `setDefaultBackend takes a function that starts a backend, as in setDefaultBackend(cpu), and was given ${typeof start}.`,
    )
  }
  startDefault = start
}

/**
 * The backend on which new tensors live: the one chosen with `useBackend`, otherwise the default, which is then started. Throws
 * `BackendError` if there is neither.
 */
export function currentBackend(): Backend {
  const current = scoped ?? chosen
  if (current) return current
  if (startDefault) return (chosen = startDefault())
  throw new BackendError(
    "No backend was chosen. Call `await useBackend(cpu())` first, with `cpu` from '@gradus/backend-cpu' (or another backend).",
  )
}

/** Whether a backend was chosen, or the default was started. */
export function hasBackend(): boolean {
  return chosen !== undefined
}

/**
 * Runs `body` with `backend` as the current one. `body` must be synchronous. A call of `useBackend` in `body` is in effect at once,
 * and stays in effect after it.
 */
export function onBackend<T>(backend: Backend, body: () => T): T {
  const saved = scoped
  scoped = backend
  try {
    return body()
  } finally {
    scoped = saved
  }
}

/** The backend on which a tensor lives. */
export function backendOf(tensor: Tensor): Backend {
  // Storage has the type `Memory` for its backend, so that the files of tensor, op, graph and backend do not import each
  // other in a circle.
  return tensor.storage.memory as Backend
}
