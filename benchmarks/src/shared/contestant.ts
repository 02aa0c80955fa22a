import type { GpuCounts } from './gpu-counts.ts'
import type { WorkloadSpec } from './spec.ts'

/** What a run did. */
interface Work {
  /** How many units were done, where it is not the number that was asked for. */
  readonly done?: number
  /** The time it took, where not all of the call counts. */
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
   * A number that shows whether the right work is done: one element of the result or, where something is trained, the loss
   * on the first batch (article: on all samples) with the weights as they are and nothing dropped out.
   */
  probe?(): Promise<number> | number
  /** The probe cannot be compared with those of others, because the loss is another one. */
  readonly ownLoss?: boolean
  /** Frees what the task holds. */
  close?(): void
  /** What a reader of the figures has to know. */
  readonly note?: string | undefined
}

/** A contestant in its own process. */
export interface Contestant {
  /** Name and version of what is measured. */
  readonly version: string
  prepare(spec: WorkloadSpec): Promise<Task> | Task
}

/** Thrown for a workload that a contestant cannot do; the message says why. */
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
  /** What WebGPU was asked for since the process began, where that is counted. */
  readonly counts?: GpuCounts | undefined
  /** The most memory the process has held so far, in megabytes. */
  readonly peakMb?: number
}

/** Where a contestant runs. */
export interface Host {
  readonly runtime: () => Promise<string> | string
  readonly peakMb?: () => number
  readonly counts?: () => GpuCounts | undefined
  /** Frees what nothing refers to. */
  readonly collect?: () => void
}

/** A function that answers the harness, and never throws. */
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
