import { type Remote, wrap } from 'comlink'
import type { Service } from '../worker/protocol.ts'

let remote: Remote<Service> | undefined

/** The worker that trains, started when it is first used. */
export function service(): Remote<Service> {
  remote ??= wrap<Service>(new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' }))
  return remote
}
