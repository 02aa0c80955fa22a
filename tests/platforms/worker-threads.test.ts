import { existsSync, readdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { bundle } from './src/bundle.ts'

let source: URL
beforeAll(async () => {
  const code = await bundle('thread-program.ts', 'node')
  source = new URL(`data:text/javascript,${encodeURIComponent(code)}`)
}, 60_000)

/** Trains in a worker thread. Returns its losses and weights when the thread has ended. */
function train(seed: number, threads: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(source, { workerData: { seed, threads } })
    let result: unknown
    worker.on('message', (message) => {
      result = message
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve(result))
  })
}

const tasks = '/proc/self/task'
const threadCount = () => (existsSync(tasks) ? readdirSync(tasks).length : 0)

describe('four worker threads, each with a training on wasm', () => {
  it.each([1, 2])(
    'with %i threads, have the results of one alone, and leave nothing',
    async (threads) => {
      const expected = [await train(1, threads), await train(2, threads)]
      const [before, resident] = [threadCount(), process.memoryUsage().rss]
      for (let round = 0; round < 3; round++) {
        const found = await Promise.all([1, 2, 1, 2].map((seed) => train(seed, threads)))
        expect(found).toEqual([...expected, ...expected])
      }
      await vi.waitFor(() => expect(threadCount()).toBeLessThanOrEqual(before), 20_000)
      expect((process.memoryUsage().rss - resident) / 1e6).toBeLessThan(400)
    },
    120_000,
  )
})
