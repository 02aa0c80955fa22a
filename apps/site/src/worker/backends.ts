import { type Backend, useBackend } from '@gradus/tensor'
import { type BackendName, backends } from '../settings/settings.ts'

// The code of a backend loads when the backend is first started.
const starts: Record<BackendName, () => Promise<Backend>> = {
  cpu: async () => (await import('@gradus/backend-cpu')).cpu(),
  wasm: async () => (await import('@gradus/backend-wasm')).wasm(),
  webgpu: async () => (await import('@gradus/backend-webgpu')).webgpu(),
}

const started = new Map<BackendName, Promise<Backend>>()

/** Returns the backend of that name, which starts at the first call. Rejects with the reason if it does not start. */
function startBackend(name: BackendName): Promise<Backend> {
  let backend = started.get(name)
  if (!backend) started.set(name, (backend = starts[name]()))
  return backend
}

/** The current backend. */
export interface ActiveBackend {
  readonly name: BackendName
  readonly about?: string
  /** Why the chosen backend did not start; missing if this is the chosen one. */
  readonly fallbackReason?: string
}

/** Makes a backend the current one. If it does not start, `cpu`, which starts everywhere, takes its place. */
export async function chooseBackend(name: BackendName): Promise<ActiveBackend> {
  try {
    const { about } = await useBackend(await startBackend(name))
    return { name, ...(about && { about }) }
  } catch (error) {
    if (name === 'cpu') throw error
    return { ...(await chooseBackend('cpu')), fallbackReason: (error as Error).message }
  }
}

/** Starts all backends, which loads their code. Returns the reasons of those that do not start, by name. */
export async function findUnavailable(): Promise<Partial<Record<BackendName, string>>> {
  const unavailable: Partial<Record<BackendName, string>> = {}
  for (const name of backends) {
    await startBackend(name).catch((error: Error) => {
      unavailable[name] = error.message
    })
  }
  return unavailable
}
