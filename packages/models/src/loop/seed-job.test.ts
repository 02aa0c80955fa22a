import { readFileSync } from 'node:fs'
import { cpu } from '@gradus/backend-cpu'
import { Dense } from '@gradus/layers'
import { SparseCategoricalCrossentropy } from '@gradus/losses'
import { SparseCategoricalAccuracy } from '@gradus/metrics'
import { Adam } from '@gradus/optimizers'
import { useBackend } from '@gradus/tensor'
import { beforeAll, describe, expect, it } from 'vitest'
import { Sequential } from '../model/sequential.ts'

interface Recording {
  initialWeights: { path: string; shape: number[]; dtype: 'float32'; data: number[] }[]
  history: { loss: number[]; accuracy: number[] }
  evaluate: number[]
}

// Recorded from Keras 3.16 (torch and jax agree): the article's network, from given first weights, without shuffling.
const recorded = JSON.parse(readFileSync(new URL('./recorded/seed.json', import.meta.url), 'utf8')) as Record<
  'sigmoid' | 'softmax',
  Recording
> & { ages: number[]; labels: number[] }

beforeAll(() => useBackend(cpu()))

describe('the training job of the article', () => {
  it.each(['sigmoid', 'softmax'] as const)('gives the losses that Keras gives with %s outputs', async (activation) => {
    const { initialWeights, history, evaluate } = recorded[activation]
    const low = Math.min(...recorded.ages)
    const high = Math.max(...recorded.ages)
    const x = Float32Array.from(recorded.ages, (age) => (age - low) / (high - low))
    const y = Int32Array.from(recorded.labels)
    const model = new Sequential([
      new Dense({ units: 16, activation: 'relu', inputShape: [1] }),
      new Dense({ units: 32, activation: 'relu' }),
      new Dense({ units: 2, activation }),
    ])
    model.compile({
      optimizer: new Adam({ learningRate: 0.0001 }),
      loss: new SparseCategoricalCrossentropy(),
      metrics: [new SparseCategoricalAccuracy({ name: 'accuracy' })],
    })
    await model.setWeights(
      initialWeights.map(({ data, shape, dtype }) => ({ data: Float32Array.from(data), shape, dtype })),
    )
    const result = await model.fit(x, y, { batchSize: 10, epochs: 20, shuffle: false, verbose: 0 })
    const deviation = history.loss.map((loss, epoch) => Math.abs(result.history.loss![epoch]! / loss - 1))
    expect(Math.max(...deviation)).toBeLessThan(1e-5)
    history.accuracy.forEach((accuracy, epoch) => expect(result.history.accuracy![epoch]).toBeCloseTo(accuracy, 3))
    const figures = await model.evaluate(x, y, { verbose: 0 })
    expect(figures.loss).toBeCloseTo(evaluate[0]!, 5)
    expect(figures.accuracy).toBeCloseTo(evaluate[1]!, 6)
  })
})
