import { Worker } from 'node:worker_threads'

// Runs in another thread, because a case that hangs lets nothing else run in its own.
const source = `
const { workerData } = require('node:worker_threads')
const { writeSync } = require('node:fs')
const state = new Int32Array(workerData.shared)
// ticks and not the clock, which goes on while the machine is suspended
let [last, ticks] = [0, 0]
setInterval(() => {
  const now = Atomics.load(state, 0)
  if (now !== last || now === 0) {
    last = now
    ticks = 0
  } else if (++ticks * 200 > workerData.limit) {
    writeSync(2, 'fuzz: case ' + (now - 1) + ' of ' + workerData.name + ' with seed ' + workerData.seed + ' hangs\\n')
    process.kill(process.pid, 'SIGKILL')
  }
}, 200)
`

/** Ends the process, with a line that names the case, if a case takes longer than `limit` milliseconds. */
export class Watchdog {
  private readonly state = new Int32Array(new SharedArrayBuffer(4))
  private readonly worker: Worker

  constructor(name: string, seed: number, limit: number) {
    this.worker = new Worker(source, { eval: true, workerData: { shared: this.state.buffer, name, seed, limit } })
    this.worker.unref()
  }

  begin(index: number): void {
    Atomics.store(this.state, 0, index + 1)
  }

  async close(): Promise<void> {
    await this.worker.terminate()
  }
}
