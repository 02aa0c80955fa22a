// Backends that are changed, closed and dropped: their threads and memory come back.
import { existsSync, readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import {
  add,
  type Backend,
  BackendError,
  memory,
  mul,
  onBackend,
  ones,
  sum,
  type Tensor,
  tensor,
  useBackend,
} from '@gradus/tensor'
import { Adam, Dense, Sequential } from 'gradus'
import { describe, expect, it, vi } from 'vitest'
import { wasm } from '../wasm.ts'

const tasks = '/proc/self/task'
/** The number of threads of the process; undefined where the system does not list them. */
const threadCount = () => (existsSync(tasks) ? readdirSync(tasks).length : undefined)
const megabytes = () => process.memoryUsage().rss / 1e6
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const turn = () => new Promise((resolve) => setTimeout(resolve))

const x = Array.from({ length: 8 }, (_, i) => [Math.sin(i), Math.cos(i)])
const y = x.map(([a, b]) => [a! - b!])

function newModel(): Sequential {
  const model = new Sequential([new Dense({ units: 64, inputShape: [2] }), new Dense({ units: 1 })], { seed: 1 })
  model.compile({ optimizer: new Adam(), loss: 'mse' })
  return model
}

/** Computes with a backend so much that its threads start. */
async function work(backend: Backend): Promise<void> {
  const result = onBackend(backend, () => compile((a: Tensor) => add(a, 1))(ones([500, 1000])))
  expect((await result.data()).at(-1)).toBe(2)
}

/** Waits until the process has at most as many threads as `before`, with those of one backend more. */
async function expectThreadsEnded(before: number | undefined): Promise<void> {
  if (before === undefined) return
  const ended = () => {
    collectGarbage()
    expect(threadCount()).toBeLessThanOrEqual(before + 3)
  }
  await vi.waitFor(ended, { timeout: 60_000, interval: 100 })
}

it('1000 changes of the backend, with work on each, leave nothing', async () => {
  const backends = [cpu(), wasm({ threads: 4 }), wasm({ threads: 1 })]
  const model = newModel()
  const total = compile((a: Tensor) => sum(mul(add(a, 1), 2)))
  const round = async (number: number) => {
    await useBackend(backends[number % 3]!)
    expect(total(ones([1000])).item()).toBe(4000)
    const outputs = await model.predict(x)
    outputs.dispose()
    if (number % 100 === 99) await turn()
  }
  for (let number = 0; number < 100; number++) await round(number)
  const [threads, resident, { traces }] = [threadCount(), megabytes(), total]
  for (let number = 100; number < 1000; number++) await round(number)
  expect(traces).toBe(3)
  expect(total.traces).toBe(3)
  expect(megabytes() - resident).toBeLessThan(150)
  if (threads !== undefined) expect(threadCount()).toBeLessThanOrEqual(threads)
  await turn()
  const { buffers } = memory()
  for (let number = 0; number < 300; number++) await round(number)
  // the tensors of the loop that were not disposed of are collected now and then
  expect(memory().buffers - buffers).toBeLessThan(2000)
}, 180_000)

describe.each([
  ['cpu', cpu],
  ['wasm', () => wasm({ threads: 2 })],
] as const)('calls of predict on %s', (_, start) => {
  it.each([
    ['the same', 600, () => 32],
    ['20 alternating', 600, (call: number) => 1 + (call % 20)],
    ['new', 250, (call: number) => 1 + call],
  ])(
    'with %s batch sizes are bounded',
    async (_, count, sizeOf) => {
      await useBackend(start())
      const model = newModel()
      const call = async (number: number) => {
        using inputs = ones([sizeOf(number), 2])
        using outputs = await model.predict(inputs, { batchSize: 1000 })
        expect(outputs.shape).toEqual([sizeOf(number), 1])
        if (number % 50 === 49) await turn()
      }
      for (let number = 0; number < 50; number++) await call(number)
      await turn()
      const [resident, { buffers }] = [megabytes(), memory()]
      for (let number = 50; number < count; number++) await call(number)
      expect(megabytes() - resident).toBeLessThan(250)
      expect(memory().buffers - buffers).toBeLessThan(1500)
    },
    60_000,
  )
})

describe.runIf(threadCount())('threads (of systems with /proc)', () => {
  it('end at once when backends are closed, and the memory comes back', async () => {
    const [threads, resident] = [threadCount()!, megabytes()]
    for (let round = 0; round < 20; round++) {
      using backend = wasm({ threads: 4 })
      await work(backend)
      expect(threadCount()! - threads).toBeLessThan(20)
    }
    await expectThreadsEnded(threads)
    // 34 MB each would be 700 MB
    expect(megabytes() - resident).toBeLessThan(400)
  }, 180_000)

  it('of backends that are dropped end in a loop that only waits for values', async () => {
    const [threads, resident] = [threadCount()!, megabytes()]
    let most = 0
    for (let round = 0; round < 20; round++) {
      await work(wasm({ threads: 4 }))
      most = Math.max(most, threadCount()! - threads)
    }
    expect(most).toBeLessThan(50) // all would be 60
    await expectThreadsEnded(threads)
    expect(megabytes() - resident).toBeLessThan(700)
  }, 180_000)
})

describe('a closed backend', () => {
  const closedError = /wasm backend was closed: its tensors and programs cannot be used\. Start another/

  it('refuses all that uses it, and closing again is nothing', async () => {
    const backend = wasm({ threads: 2 })
    const double = compile((a: Tensor) => add(a, a))
    const one = onBackend(backend, () => ones([3]))
    expect(double(one).array()).toEqual([2, 2, 2])
    backend.close()
    backend.close()
    for (const use of [() => double(one), () => add(one, 1), () => one.array(), () => mul(one, one)])
      expect(use).toThrow(BackendError)
    await expect(one.data()).rejects.toThrow(closedError)
    await useBackend(backend)
    for (const make of [() => ones([3]), () => tensor([1, 2])]) expect(make).toThrow(closedError)
    await expect(newModel().predict(x)).rejects.toThrow(closedError)
    one.dispose()
    await useBackend(cpu())
    expect(add(1, 1).item()).toBe(2)
  })

  it('in the middle of fit ends it with that error; the saved weights are trained on another', async () => {
    const backend = wasm({ threads: 2 })
    await useBackend(backend)
    const model = newModel()
    let saved = await model.getWeights()
    const onEpochEnd = async ({ epoch }: { epoch: number }) => {
      saved = await model.getWeights()
      if (epoch === 1) backend.close()
    }
    const fit = model.fit(x, y, { epochs: 4, verbose: 0, callbacks: [{ onEpochEnd }] })
    await expect(fit).rejects.toThrow(closedError)
    await useBackend(cpu())
    const other = newModel()
    await other.setWeights(saved)
    const { history } = await other.fit(x, y, { epochs: 2, verbose: 0 })
    expect(history.loss!.every(Number.isFinite)).toBe(true)
  })
})
