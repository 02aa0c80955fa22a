import type { GpuCounts } from './gpu-counts.ts'
import type { WorkloadSpec } from './spec.ts'

/** The result of a run. */
interface Work {
  /** The number of units that were done, if it is not the requested number. */
  readonly done?: number
  /** The time in milliseconds, if only a part of the call counts. */
  readonly ms?: number
  /** The loss of every epoch, for workloads that have epochs. */
  readonly losses?: readonly number[]
  /** Further figures, such as the time within the compiled step. */
  readonly figures?: Readonly<Record<string, number>>
}

/** A workload that is ready to run. */
export interface Task {
  /** Does the work `count` times and waits for its result. */
  run(count: number): Promise<Work> | Work
  /**
   * A number that shows whether the task does the right work: one element of the result or, if a model is trained, the loss
   * on the first batch (article: on all samples) with the current weights and without dropout.
   */
  probe?(): Promise<number> | number
  /** Whether the probe cannot be compared with those of others, because the loss function differs. */
  readonly ownLoss?: boolean
  /** Frees the memory of the task. */
  close?(): void
  /** A remark for the readers of the figures. */
  readonly note?: string | undefined
}

/** A contestant, in its process. */
export interface Contestant {
  /** Name and version of the library. */
  readonly version: string
  prepare(spec: WorkloadSpec): Promise<Task> | Task
}

/** A contestant cannot do a workload; the message says why. */
export class NotSupported extends Error {}

export type Request =
  | { readonly ask: 'about' }
  | { readonly ask: 'prepare'; readonly spec: WorkloadSpec }
  | { readonly ask: 'probe' }
  | { readonly ask: 'run'; readonly count: number }
  | { readonly ask: 'release' }

export interface Reply {
  readonly error?: string
  readonly unsupported?: boolean
  readonly version?: string
  readonly runtime?: string
  readonly note?: string | undefined
  readonly ownLoss?: boolean | undefined
  readonly probe?: number
  readonly ms?: number
  readonly done?: number
  readonly losses?: readonly number[]
  readonly figures?: Readonly<Record<string, number>>
  /** The calls of WebGPU since the process began, if they are counted. */
  readonly counts?: GpuCounts | undefined
  /** The peak memory of the process so far, in megabytes. */
  readonly peakMb?: number
}

/** The process or page in which a contestant runs. */
export interface Host {
  readonly runtime: () => Promise<string> | string
  readonly peakMb?: () => number
  readonly counts?: () => GpuCounts | undefined
  /** Runs the garbage collector. */
  readonly collect?: () => void
}

/** Returns a function that answers requests of the harness and never throws. */
export function answering(open: () => Promise<Contestant> | Contestant, host: Host) {
  let contestant: Contestant | undefined
  let task: Task | undefined
  return async (request: Request): Promise<Reply> => {
    try {
      contestant ??= await open()
      if (request.ask === 'prepare') {
        task = undefined
        task = await contestant.prepare(request.spec)
      }
      const reply = await answer(request, contestant, task, host)
      if (request.ask === 'release') task = undefined
      return reply
    } catch (error) {
      if (!(error instanceof NotSupported)) console.error(error)
      const message = error instanceof Error ? error.message || error.name : String(error)
      return { error: message.split('\n')[0]!, unsupported: error instanceof NotSupported }
    }
  }
}

async function answer(request: Request, { version }: Contestant, task: Task | undefined, host: Host): Promise<Reply> {
  if (request.ask === 'about') return { version, runtime: await host.runtime() }
  if (!task) throw new Error('There is no workload.')
  switch (request.ask) {
    case 'prepare':
      return { note: task.note, ownLoss: task.ownLoss }
    case 'probe':
      return task.probe ? { probe: await task.probe() } : {}
    case 'run': {
      const start = performance.now()
      const work = await task.run(request.count)
      const ms = performance.now() - start
      return { ms, done: request.count, ...work, counts: host.counts?.(), ...memoryOf(host) }
    }
    case 'release':
      task.close?.()
      host.collect?.()
      return memoryOf(host)
  }
}

const memoryOf = ({ peakMb }: Host): Reply => (peakMb ? { peakMb: peakMb() } : {})
