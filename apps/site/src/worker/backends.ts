import { type Backend, useBackend } from '@gradus/tensor'
import { type BackendName, backends } from '../settings/settings.ts'

// Each is loaded when it is asked for.
const starts: Record<BackendName, () => Promise<Backend>> = {
  cpu: async () => (await import('@gradus/backend-cpu')).cpu(),
  wasm: async () => (await import('@gradus/backend-wasm')).wasm(),
  webgpu: async () => (await import('@gradus/backend-webgpu')).webgpu(),
}

const started = new Map<BackendName, Promise<Backend>>()

/** The backend of that name, started once. Rejects with the reason where it does not start. */
function startBackend(name: BackendName): Promise<Backend> {
  let backend = started.get(name)
  if (!backend) started.set(name, (backend = starts[name]()))
  return backend
}

/** A backend that runs, and why it is not the one that was asked for. */
export interface Chosen {
  readonly name: BackendName
  readonly about?: string
  readonly refusal?: string
}

/** Makes a backend the current one; `cpu`, which starts everywhere, where it does not start. */
export async function chooseBackend(name: BackendName): Promise<Chosen> {
  try {
    const { about } = await useBackend(await startBackend(name))
    return { name, ...(about && { about }) }
  } catch (error) {
    if (name === 'cpu') throw error
    return { ...(await chooseBackend('cpu')), refusal: (error as Error).message }
  }
}

/** Why backends do not start here, by name. Those that do are loaded afterwards, and need no network any more. */
export async function findRefusals(): Promise<Partial<Record<BackendName, string>>> {
  const refusals: Partial<Record<BackendName, string>> = {}
  for (const name of backends) {
    await startBackend(name).catch((error: Error) => {
      refusals[name] = error.message
    })
  }
  return refusals
}
