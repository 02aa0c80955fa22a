// Memory that programs need not free: eager loops, and backends that are no longer used. They need some GB and a separate process:
// GRADUS_MEMORY=webgpu npx vitest run --project unit packages/backend-webgpu/src/memory.test.ts
import { add, type Backend, BackendError, mul, onBackend, ones, type Tensor, tidy } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import type { GpuSource } from './runtime/gpu.ts'
import { adapterObstacle, dawnGpu } from './testing/dawn.ts'
import { webgpu } from './webgpu.ts'

const obstacle = await adapterObstacle()

const mebibyte = 2 ** 20
const nextTurn = () => new Promise((resolve) => setTimeout(resolve))

/** Adds to a tensor of 1 MiB in a loop. Returns the growth of the process in bytes. */
async function growthOver(backend: Backend, count: number, pause: (x: Tensor, round: number) => unknown) {
  const [step, first] = onBackend(backend, () => [ones([512, 512]), ones([512, 512])])
  let x = first
  const before = process.memoryUsage().rss
  let most = before
  for (let round = 1; round <= count; round++) {
    x = add(x, step)
    const waiting = pause(x, round)
    if (waiting) await waiting
    if (round % 50 === 0) most = Math.max(most, process.memoryUsage().rss)
  }
  expect((await x.data()).at(-1)).toBe(count + 1)
  return most - before
}

describe.skipIf(obstacle !== undefined || process.env.GRADUS_MEMORY !== 'webgpu')('memory of webgpu', () => {
  it.each([
    ['every time', () => nextTurn()],
    ['now and then', (_: Tensor, round: number) => (round % 100 === 0 ? nextTurn() : undefined)],
    ['for values', (x: Tensor, round: number) => (round % 10 === 0 ? x.data() : undefined)],
  ] as const)(
    'is bounded in an eager loop that yields %s',
    async (_, pause) => {
      expect(await growthOver(await webgpu({ gpu: dawnGpu() }), 5000, pause)).toBeLessThan(3000 * mebibyte)
    },
    300_000,
  )

  it('ends an eager loop that does not yield with an error, and can go on', async () => {
    const backend = await webgpu({ gpu: dawnGpu() })
    const loop = () => growthOver(backend, 50_000, () => undefined)
    await expect(loop).rejects.toThrow(BackendError)
    await nextTurn()
    await new Promise((resolve) => setTimeout(resolve, 50))
    await expect(loop).rejects.toThrow(/`const f = compile\(step, { donate: \[0\] }\)`.*`const next = tidy\(/)
    await nextTurn()
    const x = onBackend(backend, () => tidy(() => mul(ones([2]), 3)))
    expect([...(await x.data())]).toEqual([3, 3])
  }, 300_000)

  it('is released with its device when nothing uses a backend', async () => {
    const gpu = dawnGpu()
    let [made, destroyed] = [0, 0]
    const counted: GpuSource = {
      async requestAdapter(options) {
        const adapter = (await gpu.requestAdapter(options)) as GPUAdapter
        return {
          limits: adapter.limits,
          features: adapter.features,
          info: adapter.info,
          async requestDevice(descriptor: GPUDeviceDescriptor) {
            const device = await adapter.requestDevice(descriptor)
            made++
            const destroy = device.destroy.bind(device)
            device.destroy = () => {
              destroyed++
              return destroy()
            }
            return device
          },
        }
      },
    }
    const use = async () => {
      const backend = await webgpu({ gpu: counted })
      const x = onBackend(backend, () => add(ones([1000, 1000]), 1))
      expect((await x.data())[0]).toBe(2)
    }
    for (let round = 0; round < 40; round++) await use()
    expect(made).toBe(40)
    await expect.poll(() => destroyed, { timeout: 10_000 }).toBeGreaterThanOrEqual(16)
  }, 300_000)
})
