// Memory that programs need not free: eager loops, and backends that are no longer used.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { cpu } from '@gradus/backend-cpu'
import { compile } from '@gradus/graph'
import { add, type Backend, BackendError, memory, onBackend, ones, sum, type Tensor, tidy } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { wasm } from '../wasm.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const mebibyte = 2 ** 20
const resident = () => process.memoryUsage().rss
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
/** One MiB. */
const block = () => ones([512, 512])

/** Runs `step` in a loop on tensors of 1 MiB. Returns the growth of the process in bytes. */
async function growthOver(
  backend: Backend,
  count: number,
  step: (x: Tensor, y: Tensor) => Tensor,
  pause: (x: Tensor, round: number) => unknown = () => undefined,
): Promise<number> {
  const [y, first] = onBackend(backend, () => [block(), block()])
  let x = first
  const before = resident()
  let most = before
  for (let round = 0; round < count; round++) {
    x = step(x, y)
    const waiting = pause(x, round)
    if (waiting) await waiting
    if (round % 100 === 0) most = Math.max(most, resident())
  }
  return most - before
}

describe('an eager loop on tensors of 1 MiB, without dispose,', () => {
  it('is bounded on cpu, also if it does not yield', async () => {
    expect(await growthOver(cpu(), 3000, add)).toBeLessThan(1000 * mebibyte)
  }, 60_000)

  it.each([
    ['every time', () => nextTurn()],
    ['now and then', (_: Tensor, round: number) => (round % 100 === 0 ? nextTurn() : undefined)],
    ['for values', (x: Tensor, round: number) => (round % 10 === 0 ? x.data() : undefined)],
  ] as const)(
    'is bounded on wasm if it yields %s',
    async (_, pause) => {
      expect(await growthOver(wasm({ threads: 1 }), 6000, add, pause)).toBeLessThan(1500 * mebibyte)
    },
    60_000,
  )

  it('ends on wasm with an error if it does not yield, and can go on', async () => {
    const backend = wasm({ threads: 1 })
    const loop = () => growthOver(backend, 6000, add)
    await expect(loop).rejects.toThrow(BackendError)
    await nextTurn()
    await new Promise((resolve) => setTimeout(resolve, 50))
    await expect(loop).rejects.toThrow(/`const f = compile\(step, { donate: \[0\] }\)`.*`const next = tidy\(/)
  }, 60_000)

  it('is bounded without yielding as the error says', async () => {
    const backend = wasm({ threads: 1 })
    const compiled = compile((x: Tensor, y: Tensor) => add(x, y), { donate: [0] })
    expect(await growthOver(backend, 6000, compiled)).toBeLessThan(500 * mebibyte)
    const tidied = (x: Tensor, y: Tensor) => {
      const next = tidy(() => add(add(x, y), 1))
      x.dispose()
      return next
    }
    expect(await growthOver(backend, 6000, tidied)).toBeLessThan(500 * mebibyte)
  }, 60_000)
})

it('300 backends that are no longer used leave nothing', async () => {
  const total = compile((x: Tensor) => sum(x))
  const buffers = memory().buffers
  const started = resident()
  for (let round = 0; round < 300; round++) {
    const backend = wasm({ threads: 1 })
    expect(onBackend(backend, () => total(add(ones([100, 100]), 1)).item())).toBe(20_000)
    await nextTurn()
  }
  // 17 MB each would be 5 GB
  expect(resident() - started).toBeLessThan(1500 * mebibyte)
  expect(memory().buffers - buffers).toBeLessThan(300)
}, 120_000)

it('the threads of a backend end when it is no longer used', async () => {
  const started = resident()
  for (let round = 0; round < 80; round++) {
    const backend = wasm({ threads: 2 })
    onBackend(backend, () => add(ones([2000, 1000]), 1)).dataSync()
    if (round % 8 === 7) collectGarbage()
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  // 40 MB each would be 3.2 GB
  expect(resident() - started).toBeLessThan(1600 * mebibyte)
}, 120_000)

it('a backend that is closed ends its threads and refuses further use', () => {
  const backend = wasm({ threads: 2 })
  const double = compile((x: Tensor) => add(x, x))
  const x = onBackend(backend, () => ones([3]))
  expect(double(x).array()).toEqual([2, 2, 2])
  backend.close()
  for (const use of [() => double(x), () => x.array(), () => onBackend(backend, () => ones([3]))])
    expect(use).toThrow(/wasm backend was closed.*Start another/)
  x.dispose()
  {
    using other = wasm({ threads: 1 })
    expect(onBackend(other, () => add(1, 1).item())).toBe(2)
  }
})
