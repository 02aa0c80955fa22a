import { createInterface } from 'node:readline'
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
  /** The most memory the process has held so far, in megabytes. */
  readonly peakMb?: number
}

/** Marks the lines of stdout that are replies; libraries print lines of their own. */
export const replyMark = '@bench '

/** Answers the harness until it closes stdin. */
export async function serve(open: () => Promise<Contestant> | Contestant): Promise<void> {
  let contestant: Contestant | undefined
  let task: Task | undefined
  for await (const line of createInterface({ input: process.stdin })) {
    let reply: Reply
    try {
      contestant ??= await open()
      const request = JSON.parse(line) as Request
      if (request.ask === 'prepare') {
        task = undefined
        task = await contestant.prepare(request.spec)
      }
      reply = await answer(request, contestant, task)
      if (request.ask === 'release') task = undefined
    } catch (error) {
      const message = error instanceof Error ? error.message || error.name : String(error)
      reply = { error: message.split('\n')[0]!, unsupported: error instanceof NotSupported }
      if (!(error instanceof NotSupported)) console.error(error)
    }
    process.stdout.write(`${replyMark}${JSON.stringify(reply)}\n`)
  }
  process.exit() // threads of libraries would keep the process alive
}

async function answer(request: Request, { version }: Contestant, task: Task | undefined): Promise<Reply> {
  if (request.ask === 'about') return { version, runtime: `Node ${process.versions.node}` }
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
      return { ms, done: request.count, ...work, peakMb: process.resourceUsage().maxRSS / 1024 }
    }
    case 'release':
      task.close?.()
      globalThis.gc?.()
      return { peakMb: process.resourceUsage().maxRSS / 1024 }
  }
}
