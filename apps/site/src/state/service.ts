import { type Remote, wrap } from 'comlink'
import type { Service } from '../worker/protocol.ts'

let remote: Remote<Service> | undefined

/** The service of the worker, which starts at the first call. */
export function service(): Remote<Service> {
  remote ??= wrap<Service>(new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' }))
  return remote
}
