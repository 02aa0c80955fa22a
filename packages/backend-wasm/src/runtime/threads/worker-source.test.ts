import { Worker } from 'node:worker_threads'
import { expect, it, vi } from 'vitest'
import { control } from '../../codegen/work-sharing.ts'
import { workerSource } from './worker-source.ts'

it.each([
  ['a script', []],
  ['a module, as after `node --input-type=module`', ['--input-type=module']],
])('runs as %s', async (_, execArgv) => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const words = new Int32Array(memory.buffer)
  const workerData = { memory, address: 0, thread: 1, spins: 100 }
  const worker = new Worker(workerSource(), { eval: true, workerData, execArgv })
  const failed = new Promise((_, reject) => worker.on('error', reject))
  const started = vi.waitFor(() => expect(Atomics.load(words, control.workers / 4)).toBe(1), 10_000)
  try {
    await Promise.race([started, failed])
  } finally {
    await worker.terminate()
  }
})
