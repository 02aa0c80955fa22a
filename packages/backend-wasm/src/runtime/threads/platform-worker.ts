/** A started thread. */
export interface WorkerHandle {
  stop(): void
}

interface NodeWorker {
  unref(): void
  on(event: 'error' | 'exit', listener: (reason: unknown) => void): void
  terminate(): Promise<number>
}

interface WebWorker {
  onerror: ((event: { readonly message?: string }) => void) | null
  postMessage(data: unknown): void
  terminate(): void
}

interface Platform {
  readonly process?: {
    getBuiltinModule?(name: 'node:worker_threads'): {
      readonly Worker: new (source: string, options: { eval: true; workerData: unknown }) => NodeWorker
    }
  }
  readonly navigator?: { readonly hardwareConcurrency?: number }
  readonly crossOriginIsolated?: boolean
  readonly SharedArrayBuffer?: unknown
  readonly Worker?: new (url: string) => WebWorker
  readonly Blob?: new (parts: string[], options: { type: string }) => unknown
  readonly URL?: { createObjectURL(blob: unknown): string; revokeObjectURL(url: string): void }
}

const platform = globalThis as unknown as Platform

/** Why threads are not possible here; undefined if they are. */
export function threadObstacle(): string | undefined {
  if (platform.SharedArrayBuffer === undefined) {
    return 'SharedArrayBuffer is missing; a page has it when it is cross-origin isolated (its headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp).'
  }
  if (nodeThreads()) return undefined
  if (platform.crossOriginIsolated === false) return 'The page is not cross-origin isolated.'
  return platform.Worker ? undefined : 'There are no workers here.'
}

/** The number of threads that the machine runs at once. */
export function processorCount(): number {
  return platform.navigator?.hardwareConcurrency ?? nodeProcessors() ?? 1
}

/** Starts a thread that runs `source` with `data`. Calls `ended` with the reason if the thread ends or fails. */
export function startWorker(source: string, data: unknown, ended: (reason: string) => void): WorkerHandle {
  const threads = nodeThreads()
  if (threads) {
    const worker = new threads.Worker(source, { eval: true, workerData: data })
    worker.unref() // a process may end while its workers wait
    worker.on('error', (error) => ended(String(error)))
    worker.on('exit', (code) => ended(`exit code ${String(code)}`))
    return { stop: () => void worker.terminate() }
  }
  const { Worker, Blob, URL } = platform
  const url = URL!.createObjectURL(new Blob!([source], { type: 'text/javascript' }))
  const worker = new Worker!(url)
  worker.onerror = ({ message }) => ended(message ?? 'it could not be started')
  worker.postMessage(data)
  return {
    stop() {
      worker.terminate()
      URL!.revokeObjectURL(url)
    },
  }
}

function nodeThreads() {
  return platform.process?.getBuiltinModule?.('node:worker_threads')
}

function nodeProcessors(): number | undefined {
  const process = platform.process as
    | { getBuiltinModule?(name: string): { availableParallelism?(): number } }
    | undefined
  return process?.getBuiltinModule?.('node:os')?.availableParallelism?.()
}
