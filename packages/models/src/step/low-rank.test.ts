// Layers of which some parameters are trained and others are not.
import { Conv2D, Dense, Embedding, Flatten } from '@gradus/layers'
import { MeanSquaredError } from '@gradus/losses'
import { Adam, SGD } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { startAll } from '../../../../tests/backends.ts'
import { Sequential } from '../model/sequential.ts'

const layers = {
  Dense: () => [new Dense({ units: 3, loraRank: 2, inputShape: [4] })],
  Conv2D: () => [new Conv2D({ filters: 2, kernelSize: 2, loraRank: 1, inputShape: [3, 3, 1] }), new Flatten()],
  Embedding: () => [new Embedding({ inputDim: 5, outputDim: 2, loraRank: 1, inputShape: [3] }), new Flatten()],
} as const
const shapes = { Dense: [6, 4], Conv2D: [6, 3, 3, 1], Embedding: [6, 3] } as const

for (const { name, backend } of await startAll()) {
  describe.runIf(backend)(`on ${name}`, () => {
    it.each(['Dense', 'Conv2D', 'Embedding'] as const)('the adapted parameter of %s keeps its value', async (type) => {
      await useBackend(backend!)
      for (const optimizer of [
        new SGD({ learningRate: 0.001, weightDecay: 0.5 }),
        new Adam({ weightDecay: 0.1, useEma: true }),
      ]) {
        const model = new Sequential([...layers[type](), new Dense({ units: 1 })] as never, { seed: 1 })
        const shape: readonly number[] = shapes[type]
        const size = shape.reduce((a, b) => a * b)
        const x = { data: Float32Array.from({ length: size }, (_, i) => i % 5), shape, dtype: 'float32' } as const
        const y = Float32Array.from({ length: 6 }, (_, i) => i)
        model.compile({ optimizer, loss: new MeanSquaredError() })
        const before = await model.getWeights()
        await model.fit(x, y, { epochs: 2, batchSize: 2, verbose: 0 })
        const after = await model.getWeights()
        for (const [index, { path, trainable, data }] of after.entries()) {
          const isAdapted = /\.(kernel|embeddings)$/.test(path) && index === 0
          expect([path, trainable]).toEqual([path, !isAdapted])
          if (isAdapted) expect(data).toEqual(before[index]!.data)
          else expect(data).not.toEqual(before[index]!.data)
        }
        expect(model.summary({ print: false })).toMatch(/Non-trainable params: [1-9]/)
        // the optimizer keeps nothing for the parameter
        const bytes = await model.toBytes()
        const again = new TextDecoder().decode(bytes)
        expect(again).toContain('lora')
        expect(again).not.toMatch(/velocity\.[a-z0-9_]+\.(embeddings|0\.kernel)/)
      }
    })
  })
}
