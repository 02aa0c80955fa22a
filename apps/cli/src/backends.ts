import { ConfigError, suggest } from '@gradus/core'
import { type Backend, BackendError } from '@gradus/tensor'
import { auto, cpu, wasm } from 'gradus'

/** A backend that this program knows. */
interface Candidate {
  readonly name: string
  readonly package: string
  readonly about: string
  start(): Backend | Promise<Backend>
}

const candidates: readonly Candidate[] = [
  {
    name: 'webgpu',
    package: '@gradus/backend-webgpu',
    about: 'the GPU, through WebGPU',
    async start() {
      const found = await importIfInstalled('@gradus/backend-webgpu')
      return await (found as { webgpu(): Backend | Promise<Backend> }).webgpu()
    },
  },
  { name: 'wasm', package: '@gradus/backend-wasm', about: 'WebAssembly', start: wasm },
  { name: 'cpu', package: '@gradus/backend-cpu', about: 'plain JavaScript', start: cpu },
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

/** Every known backend, whether it works here, and which one `auto` takes. */
export async function listBackends(): Promise<BackendStatus[]> {
  const byDefault = auto().name
  return Promise.all(
    candidates.map(async (candidate) => {
      const { name, package: from, about } = candidate
      const found = await start(candidate)
      if (typeof found === 'string') {
        return { name, package: from, about, available: false, reason: found, chosen: false }
      }
      return { name, package: from, about: found.about ?? about, available: true, chosen: name === byDefault }
    }),
  )
}

/** Starts the backend called `name`; `auto` or nothing takes the one that suits best. Throws `BackendError` with the reason. */
export async function openBackend(name = 'auto'): Promise<Backend> {
  if (name === 'auto') return auto()
  const candidate = candidates.find((known) => known.name === name)
  if (!candidate) {
    const names = ['auto', ...candidates.map((known) => known.name)]
    throw new ConfigError(`There is no backend '${name}'.${suggest(name, names)}`)
  }
  const found = await start(candidate)
  if (typeof found !== 'string') return found
  throw new BackendError(`The backend '${name}' is not available: ${found}. \`gradus backends\` lists those that are.`)
}

/** The backend, or why it does not start. */
async function start(candidate: Candidate): Promise<Backend | string> {
  try {
    return await candidate.start()
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
