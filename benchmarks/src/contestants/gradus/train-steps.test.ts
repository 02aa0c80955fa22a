import { check, cpu, memory, useBackend, wasm } from 'gradus'
import { expect, it, vi } from 'vitest'
import type { ArticleSpec } from '../../shared/spec.ts'
import { samplesOf, trainedSpecs } from '../../testing/trained-specs.ts'
import { articleTask } from './fit-task.ts'
import { modelFor } from './models.ts'

it.each(trainedSpecs('shapes.json'))(
  'steps on wasm agree with cpu, node by node and as a whole: $kind',
  async (spec) => {
    await useBackend(check(wasm(), cpu()))
    const model = await modelFor(spec)
    await model.fit(...samplesOf(spec, 2), { batchSize: spec.batch, verbose: 0 })
  },
  300_000,
)

it("the article's network has the same losses on wasm as on cpu", async () => {
  const spec = trainedSpecs('shapes.json').find(({ kind }) => kind === 'article') as ArticleSpec
  const losses = []
  for (const backend of [cpu(), wasm()]) {
    await useBackend(backend)
    losses.push((await articleTask(await modelFor(spec), spec).run(1)).losses!)
  }
  const [expected, actual] = losses as [number[], number[]]
  expect(expected).toHaveLength(20)
  const largest = Math.max(...expected.map((loss, epoch) => Math.abs(actual[epoch]! / loss - 1)))
  expect(largest).toBeLessThan(1e-5)
})

it.each(trainedSpecs('src/testing/tiny.shapes.json'))(
  'ten thousand steps on wasm need no more buffers and no more memory than a hundred: $kind',
  async (spec) => {
    const memories = watchMemories()
    await useBackend(wasm())
    const model = await modelFor(spec)
    const counts: number[] = []
    const sizes: number[] = []
    const count = () => {
      counts.push(memory().buffers)
      sizes.push(memories.bytes())
    }
    const options = { batchSize: spec.batch, verbose: 0, callbacks: [{ onTrainBatchEnd: count }] } as const
    await model.fit(...samplesOf(spec, 2), { ...options, epochs: 5000 })
    memories.restore()
    expect(counts).toHaveLength(10_000)
    // memory of earlier models may be collected meanwhile, so there may be less
    expect(Math.max(...counts.slice(100))).toBe(counts[100])
    expect(Math.max(...sizes.slice(100))).toBe(sizes[100])
  },
  120_000,
)

/** Measures the WebAssembly memory that is created from now on. */
function watchMemories() {
  const { Memory } = WebAssembly
  const made: WebAssembly.Memory[] = []
  vi.stubGlobal('WebAssembly', {
    ...Object.fromEntries(
      Object.getOwnPropertyNames(WebAssembly).map((name) => [name, Reflect.get(WebAssembly, name)]),
    ),
    Memory: class extends Memory {
      constructor(limits: ConstructorParameters<typeof Memory>[0]) {
        super(limits)
        made.push(this)
      }
    },
  })
  return {
    bytes: () => made.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
    restore: () => vi.unstubAllGlobals(),
  }
}
