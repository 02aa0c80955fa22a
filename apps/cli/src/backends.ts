import { ConfigError, suggest } from '@gradus/core'
import { type Backend, BackendError } from '@gradus/tensor'

/** A backend that this program knows. Its package exports a function of the backend's name. */
interface Candidate {
  readonly name: string
  readonly package: string
  readonly about: string
  /** Whether it is taken only when it is asked for by name. */
  readonly onRequest?: boolean
  load(): Promise<object>
}

/** The fastest first: the first one that is available is taken by default, except those that must be asked for. */
const candidates: readonly Candidate[] = [
  {
    name: 'webgpu',
    package: '@gradus/backend-webgpu',
    about: 'the GPU, through WebGPU',
    onRequest: true,
    load: () => importIfInstalled('@gradus/backend-webgpu'),
  },
  {
    name: 'wasm',
    package: '@gradus/backend-wasm',
    about: 'WebAssembly with SIMD',
    load: () => importIfInstalled('@gradus/backend-wasm'),
  },
  {
    name: 'cpu',
    package: '@gradus/backend-cpu',
    about: 'plain JavaScript, everywhere',
    load: () => import('@gradus/backend-cpu'),
  },
]

/** What became of the attempt to start a backend. */
export interface BackendStatus {
  readonly name: string
  readonly package: string
  readonly about: string
  readonly available: boolean
  /** Why not. */
  readonly reason?: string
  /** Whether it is taken when none is asked for. */
  readonly chosen: boolean
}

/** Every known backend, whether it works here, and which one would be taken. */
export async function listBackends(): Promise<BackendStatus[]> {
  const list: BackendStatus[] = []
  for (const candidate of candidates) {
    const { name, package: from, about, onRequest } = candidate
    const found = await start(candidate)
    const available = typeof found !== 'string'
    const chosen = available && !onRequest && !list.some((status) => status.chosen)
    list.push({ name, package: from, about, available, ...(!available && { reason: found }), chosen })
  }
  return list
}

/** Starts the backend called `name`, or the first one that is available. Throws `BackendError` with the reason. */
export async function openBackend(name: string | undefined): Promise<Backend> {
  if (name === undefined || name === 'auto') return firstAvailable()
  const candidate = candidates.find((known) => known.name === name)
  if (!candidate) {
    const names = candidates.map((known) => known.name)
    throw new ConfigError(`There is no backend '${name}'.${suggest(name, names)}`)
  }
  const found = await start(candidate)
  if (typeof found !== 'string') return found
  throw new BackendError(`The backend '${name}' is not available: ${found}. \`gradus backends\` lists those that are.`)
}

async function firstAvailable(): Promise<Backend> {
  for (const candidate of candidates) {
    const found = candidate.onRequest ? '' : await start(candidate)
    if (typeof found !== 'string') return found
  }
  throw new BackendError('No backend is available. `gradus backends` says why.')
}

/** The backend, or why it does not start. */
async function start({ name, load }: Candidate): Promise<Backend | string> {
  try {
    const found = (await load()) as Readonly<Record<string, () => Backend | Promise<Backend>>>
    return await found[name]!()
  } catch (error) {
    return (error as Error).message
  }
}

async function importIfInstalled(specifier: string): Promise<object> {
  try {
    return (await import(specifier)) as object
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const absent = code === 'ERR_MODULE_NOT_FOUND' || message.includes(`'${specifier}'`)
    throw absent ? new Error(`the package ${specifier} is not installed`) : error
  }
}
