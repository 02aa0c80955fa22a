// Several trainings at once in one process: their results are those that they have alone.
import { Worker, type WorkerOptions } from 'node:worker_threads'
import { cpu } from '@gradus/backend-cpu'
import { type Backend, onBackend, useBackend } from '@gradus/tensor'
import { Adam, Dense, Dropout, Sequential } from 'gradus'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { makeWasm, wasm } from '../wasm.ts'

const x = Array.from({ length: 96 }, (_, i) => [Math.sin(i), Math.cos(i), Math.sin(i * i)])
const y = x.map(([a, b, c]) => [a! + b! * c!])

function newModel(seed: number): Sequential {
  const layers = [new Dense({ units: 64, activation: 'relu', inputShape: [3] }), new Dropout({ rate: 0.1 })]
  const model = new Sequential([...layers, new Dense({ units: 1 })], { seed })
  model.compile({ optimizer: new Adam(), loss: 'mse' })
  return model
}

async function train(model: Sequential, epochs = 12, during?: (epoch: number) => unknown) {
  const onEpochEnd = async ({ epoch }: { epoch: number }) => {
    await during?.(epoch)
  }
  const { history } = await model.fit(x, y, { epochs, batchSize: 16, verbose: 0, callbacks: [{ onEpochEnd }] })
  return { history, weights: await model.getWeights() }
}

/** Trains models with these seeds one after the other, each on the backend with its index, or on the only one. */
async function trainAlone(backends: readonly Backend[], seeds: readonly number[]) {
  const results = []
  for (const [index, seed] of seeds.entries()) {
    await useBackend(backends[index % backends.length]!)
    results.push(await train(newModel(seed)))
  }
  return results
}

afterEach(() => {
  vi.restoreAllMocks()
})

const starts: [string, () => readonly Backend[]][] = [
  ['cpu', () => [cpu()]],
  ['wasm', () => [wasm({ threads: 2 })]],
  ['wasm that shares everything', () => [makeWasm({ threads: 3, worthSharing: 1 })]],
]

describe.each(starts)('three trainings at once on one backend, %s,', (_, start) => {
  it('are bit for bit those alone', async () => {
    const [seeds, backends] = [[1, 2, 3], start()]
    const expected = await trainAlone(backends, seeds)
    await useBackend(backends[0]!)
    expect(await Promise.all(seeds.map((seed) => train(newModel(seed))))).toEqual(expected)
  }, 60_000)
})

/** Keeps the workers that new backends start. */
function watchWorkers(): Worker[] {
  const started: Worker[] = []
  vi.spyOn(process.getBuiltinModule('node:worker_threads'), 'Worker', 'get').mockReturnValue(
    class extends Worker {
      constructor(source: string, options: WorkerOptions) {
        super(source, options)
        started.push(this)
      }
    },
  )
  return started
}

describe('workers that die while two models train', () => {
  it('between steps: both trainings go on, and later ones work', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const backend = makeWasm({ threads: 3, worthSharing: 1 })
    const expected = await trainAlone([backend], [1, 2])
    const workers = watchWorkers()
    const dying = makeWasm({ threads: 3, worthSharing: 1 })
    await useBackend(dying)
    const kill = (epoch: number) => (epoch === 3 ? Promise.all(workers.map((worker) => worker.terminate())) : undefined)
    const results = await Promise.all([train(newModel(1), 12, kill), train(newModel(2))])
    expect(workers).toHaveLength(2)
    expect(results).toEqual(expected)
    await vi.waitFor(() => expect(warn).toHaveBeenCalledWith(expect.stringMatching(/goes on with one thread/)))
    expect(warn).toHaveBeenCalledTimes(1)
    expect(await train(newModel(1))).toEqual(expected[0])
  }, 60_000)

  it('at any time, without being waited for: no hang, and the results are right or there is an error', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const other = makeWasm({ threads: 1 })
    const expected = await trainAlone([makeWasm({ threads: 3, worthSharing: 1 })], [1])
    const [alone] = await trainAlone([other], [2])
    for (let round = 0; round < 5; round++) {
      const workers = watchWorkers()
      const dying = makeWasm({ threads: 3, worthSharing: 1, patienceMs: 300 })
      await useBackend(dying)
      const kill = (epoch: number) => void (epoch === round && workers[round % 2]?.terminate())
      const first = train(newModel(1), 12, kill).catch((error: Error) => error)
      const second = onBackend(other, () => newModel(2))
      void useBackend(other)
      const [found, unharmed] = await Promise.all([first, train(second)])
      expect(unharmed).toEqual(alone)
      if (found instanceof Error) expect(found.message).toMatch(/thread of the wasm backend stopped/)
      else expect(found).toEqual(expected[0])
      await useBackend(dying)
      expect(await train(newModel(1))).toEqual(expected[0])
      dying.close()
    }
  }, 120_000)
})

describe('timers that hardly run, as in a tab in the background,', () => {
  it.each(starts)(
    'do not hold up training on %s',
    async (_, start) => {
      const [backend] = start()
      const expected = await trainAlone([backend!], [1])
      const { setTimeout: later } = globalThis
      const throttled = (run: () => void, ms = 0) => later(run, Math.max(1000, ms))
      vi.stubGlobal('setTimeout', throttled)
      vi.stubGlobal('requestAnimationFrame', () => 0) // never, as in a hidden tab
      vi.stubGlobal('requestIdleCallback', () => 0)
      try {
        await useBackend(backend!)
        const begin = performance.now()
        expect(await train(newModel(1), 12)).toEqual(expected[0])
        // a second for each turn would take more
        expect(performance.now() - begin).toBeLessThan(20_000)
      } finally {
        vi.unstubAllGlobals()
      }
    },
    60_000,
  )
})
