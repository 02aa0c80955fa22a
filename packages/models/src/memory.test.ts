import { cpu } from '@gradus/backend-cpu'
import { BatchNormalization, Dense, Dropout } from '@gradus/layers'
import { SparseCategoricalCrossentropy } from '@gradus/losses'
import { SparseCategoricalAccuracy } from '@gradus/metrics'
import { Adam } from '@gradus/optimizers'
import { memory, useBackend } from '@gradus/tensor'
import { expect, it } from 'vitest'
import { Sequential } from './sequential.ts'

it('a thousand steps hold as many buffers as ten', async () => {
  await useBackend(cpu())
  const model = new Sequential([
    new Dense({ units: 8, activation: 'relu', inputShape: [3] }),
    new BatchNormalization(),
    new Dropout({ rate: 0.3 }),
    new Dense({ units: 2, activation: 'softmax' }),
  ])
  model.compile({
    optimizer: new Adam(),
    loss: new SparseCategoricalCrossentropy(),
    metrics: [new SparseCategoricalAccuracy()],
  })
  const x = Array.from({ length: 12 }, (_, i) => [Math.sin(i), Math.cos(i), i / 12])
  const y = x.map(([a]) => (a! > 0 ? 1 : 0))
  const counts: number[] = []
  const count = () => {
    counts.push(memory().buffers)
  }
  const options = {
    epochs: 334,
    batchSize: 4,
    verbose: 0,
    validationData: [x, y],
    callbacks: [{ onTrainBatchEnd: count }],
  } as const
  await model.fit(x, y, options)
  expect(counts.length).toBe(1002)
  expect(counts[999]).toBe(counts[9])
  expect(new Set(counts.slice(9)).size).toBe(1)
})
