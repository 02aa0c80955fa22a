import { ConfigError, suggest } from '@gradus/core'
import { type Backend, BackendError } from '@gradus/tensor'
import { auto, cpu, wasm } from 'gradus'

/** A backend that can be chosen by name. */
interface KnownBackend {
  readonly name: string
  readonly package: string
  readonly about: string
  start(): Backend | Promise<Backend>
}

/** A registry of classes and functions, among them the backends of plug-ins. */
interface Definitions {
  readonly definitions: readonly object[]
}

/** All backends. A new one is an entry here; texts and checks follow. */
const known: readonly KnownBackend[] = [
  { name: 'wasm', package: '@gradus/backend-wasm', about: 'WebAssembly', start: wasm },
  { name: 'cpu', package: '@gradus/backend-cpu', about: 'plain JavaScript', start: cpu },
  {
    name: 'webgpu',
    package: '@gradus/backend-webgpu',
    about: 'the GPU, through WebGPU',
    async start() {
      const loaded = await importIfInstalled('@gradus/backend-webgpu')
      return await (loaded as { webgpu(): Backend | Promise<Backend> }).webgpu()
    },
  },
]

/** The values that the option `backend` may have. */
export const backendNames: readonly string[] = ['auto', ...known.map(({ name }) => name)]

/** Whether a backend starts on this machine. */
export interface BackendStatus {
  readonly name: string
  readonly package: string
  readonly about: string
  readonly available: boolean
  /** Why the backend does not start. */
  readonly reason?: string
  /** Whether `auto` chooses it. */
  readonly chosen: boolean
}

/** Starts every known backend and returns the status of each. */
export async function listBackends(): Promise<BackendStatus[]> {
  const automatic = auto().name
  return Promise.all(
    known.map(async (backend): Promise<BackendStatus> => {
      const { name, package: from, about } = backend
      const started = await start(backend)
      if (typeof started === 'string') {
        return { name, package: from, about, available: false, reason: started, chosen: false }
      }
      return { name, package: from, about: started.about ?? about, available: true, chosen: name === automatic }
    }),
  )
}

/**
 * Starts the backend called `name`, of this program or of a plug-in; `auto`, the default, starts the fastest that needs no further
 * package. Throws `ConfigError` for an unknown name, and `BackendError` with the reason where the backend does not start.
 */
export async function openBackend(name = 'auto', classes?: Definitions): Promise<Backend> {
  if (name === 'auto') return auto()
  const own = classes ? backendsOf(classes) : []
  const backend = [...known, ...own].find((entry) => entry.name === name)
  const names = [...backendNames, ...own.map((entry) => entry.name)]
  if (!backend) throw new ConfigError(`There is no backend '${name}'.${suggest(name, names)}`)
  const started = await start(backend)
  if (typeof started !== 'string') return started
  throw new BackendError(
    `The backend '${name}' is not available: ${started}. \`gradus backends\` lists those that are.`,
  )
}

/** The backends of plug-ins: functions that start one, with the kind `backend` and the name of the backend as their type. */
function backendsOf(classes: Definitions): KnownBackend[] {
  const definitions = classes.definitions as readonly { readonly kind: string; readonly type: string }[]
  const found = definitions.filter(({ kind }) => kind === 'backend')
  return found.map((definition) => {
    const { type } = definition
    const start = async () => {
      const backend = await (definition as unknown as () => Backend | Promise<Backend>)()
      if (backend?.name === type) return backend
      throw new Error(`the plug-in starts ${backend?.name ? `a backend called '${backend.name}'` : 'no backend'}`)
    }
    return { name: type, package: '', about: 'of a plug-in', start }
  })
}

/** Returns the backend, or the reason why it does not start. */
async function start(backend: KnownBackend): Promise<Backend | string> {
  try {
    return await backend.start()
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
