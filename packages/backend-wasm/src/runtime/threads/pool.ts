import { BackendError } from '@gradus/tensor'
import { control } from '../../codegen/work-sharing.ts'
import type { WasmHeap } from '../wasm-heap.ts'
import { startWorker, type WorkerHandle } from './platform-worker.ts'
import { workerSource } from './worker-source.ts'

/** How often a worker checks for a new job before it sleeps: about a tenth of a millisecond. */
const spins = 20_000

/** The worker threads of a backend, and the control block in shared memory through which they get jobs. */
export class Pool {
  readonly address: number
  private readonly words: Int32Array
  private workers: WorkerHandle[] = []
  private started = false
  /** The progress of the current job when it was last seen to change. */
  private progress = { job: -1, finished: 0, since: 0 }

  constructor(
    private readonly heap: WasmHeap,
    /** The number of threads, including the main thread. */
    readonly threads: number,
    private readonly name: string,
    /** A job without progress for this time, plus the time that it may take, has lost a thread. */
    private readonly patienceMs: number,
  ) {
    this.address = heap.allocate(control.bytes)
    this.words = new Int32Array(heap.wasm.buffer, this.address, control.bytes / 4)
    this.words.fill(0)
  }

  /** Starts the workers once. They help when they are ready. */
  start(): void {
    if (this.started) return
    this.started = true
    const source = workerSource()
    for (let thread = 1; thread < this.threads; thread++) {
      const data = { memory: this.heap.wasm, address: this.address, thread, spins }
      this.workers.push(startWorker(source, data, (reason) => this.lost(reason)))
    }
  }

  /** The number of workers that are ready. */
  get ready(): number {
    return Atomics.load(this.words, control.workers / 4)
  }

  /** Tells the workers to which program the next jobs belong. */
  describe(
    program: number,
    code: { readonly address: number; readonly bytes: number },
    scratch: { readonly address: number; readonly stride: number },
  ): void {
    const { words } = this
    words[control.program / 4] = program
    words[control.code / 4] = code.address
    words[control.codeBytes / 4] = code.bytes
    words[control.scratch / 4] = scratch.address
    words[control.scratchStride / 4] = scratch.stride
  }

  /** Called from time to time while the main thread waits. Throws `BackendError` if a worker is gone. */
  readonly check = (slowMs: number): void => {
    const job = Atomics.load(this.words, control.job / 4)
    const finished = Atomics.load(this.words, control.finished / 4)
    const { progress } = this
    const now = performance.now()
    if (job !== progress.job || finished !== progress.finished) {
      this.progress = { job, finished, since: now }
      return
    }
    const patience = this.patienceMs + slowMs
    if (now - progress.since < patience) return
    this.close()
    throw new BackendError(
      `A thread of the ${this.name} backend stopped in the middle of its work (no progress for ${Math.round(patience / 1000)} s). ` +
        'What was being computed is lost; parameters that were being updated may be half new. The backend goes on with one thread. ' +
        'Start again from the last checkpoint, or use `wasm({ threads: 1 })`.',
    )
  }

  /** Ends all workers. Programs continue on the main thread alone. */
  close(): void {
    Atomics.store(this.words, control.workers / 4, 0)
    Atomics.store(this.words, control.stop / 4, 1)
    Atomics.notify(this.words, control.job / 4)
    for (const worker of this.workers) worker.stop()
    this.workers = []
  }

  private lost(reason: string): void {
    if (this.workers.length === 0) return
    this.close()
    console.warn(`A thread of the ${this.name} backend ended (${reason}). The backend goes on with one thread.`)
  }
}
