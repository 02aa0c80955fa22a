import { BackendError } from './errors.ts'
import type { Graph } from './graph.ts'
import type { Op } from './op.ts'
import type { DeviceBuffer, Memory } from './storage.ts'
import type { Tensor } from './tensor.ts'

/** A graph made ready to run. */
export interface Executable {
  /**
   * One buffer per graph output. Each is new, or is the buffer of a donated input, and never aliases another output.
   * The caller owns it.
   *
   * With a `count` above 1, for graphs that are `repeatable`, the program runs that many times: after each run its outputs
   * take the place of the first inputs (output i becomes input i), and those of the last run are returned. Buffers that
   * come up in between are the program's to free.
   */
  run(inputs: readonly DeviceBuffer[], count?: number): DeviceBuffer[]
}

/** A place where graphs run. This is all that a new backend has to implement. */
export interface Backend extends Memory {
  /** What it runs on, in a few words, such as 'WebAssembly, SIMD, 2 threads'. */
  readonly about?: string
  /** Composites it wants whole instead of inlined. */
  has(op: Op): boolean
  /** One node or a whole train step. */
  compile(graph: Graph): Executable
}

let current: Backend | undefined

/**
 * Makes `backend` the one on which new tensors live. A backend that is ready takes effect at once; one that is still
 * starting (a promise) when it is ready.
 *
 * @example
 * import { currentBackend, useBackend } from '@gradus/tensor'
 * import { cpu } from '@gradus/backend-cpu'
 * await useBackend(cpu())
 * currentBackend().name // => 'cpu'
 */
export function useBackend(backend: Backend | PromiseLike<Backend>): Promise<Backend> {
  if ('then' in backend) return Promise.resolve(backend).then(useBackend)
  current = backend
  return Promise.resolve(backend)
}

/** The backend on which new tensors live. Throws `BackendError` when none was chosen. */
export function currentBackend(): Backend {
  if (current) return current
  throw new BackendError(
    "No backend was chosen. Call `await useBackend(cpu())` first, with `cpu` from '@gradus/backend-cpu' (or another backend).",
  )
}

/** Whether a backend was chosen. */
export function hasBackend(): boolean {
  return current !== undefined
}

/** Runs `body` with `backend` as the current one. `body` must be synchronous. */
export function onBackend<T>(backend: Backend, body: () => T): T {
  const saved = current
  current = backend
  try {
    return body()
  } finally {
    current = saved
  }
}

/** The backend on which a tensor lives. */
export function backendOf(tensor: Tensor): Backend {
  // Storage knows its backend as memory only, or the types of tensor, op, graph and backend would go round in a circle.
  return tensor.storage.memory as Backend
}
