import { webgpu } from '@gradus/backend-webgpu'
import { check, cpu, memory, useBackend } from 'gradus'
import { describe, expect, it } from 'vitest'
import { adapterObstacle, dawnGpu } from '../../../../packages/backend-webgpu/src/testing/dawn.ts'
import { samplesOf, trainedSpecs } from '../../testing/trained-specs.ts'
import { modelFor } from './models.ts'

const obstacle = await adapterObstacle()

describe.skipIf(obstacle !== undefined)('training on webgpu', () => {
  it.each(trainedSpecs('src/testing/tiny.shapes.json'))(
    'steps agree with cpu, node by node and as a whole: $kind',
    async (spec) => {
      await useBackend(check(await webgpu({ gpu: dawnGpu() }), cpu(), { tolerance: 1e-3 }))
      const model = await modelFor(spec)
      await model.fit(...samplesOf(spec, 2), { batchSize: spec.batch, verbose: 0 })
    },
    300_000,
  )

  it('a thousand steps need no more buffers than a hundred', async () => {
    await useBackend(await webgpu({ gpu: dawnGpu() }))
    const spec = trainedSpecs('src/testing/tiny.shapes.json').find(({ kind }) => kind === 'mlp')!
    const model = await modelFor(spec)
    const counts: number[] = []
    const callbacks = [{ onTrainBatchEnd: () => void counts.push(memory().buffers) }]
    await model.fit(...samplesOf(spec, 2), { batchSize: spec.batch, verbose: 0, callbacks, epochs: 500 })
    expect(counts).toHaveLength(1000)
    expect(Math.max(...counts.slice(100))).toBe(counts[100])
  }, 300_000)
})
