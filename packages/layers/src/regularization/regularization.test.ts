import { cpu } from '@gradus/backend-cpu'
import { input, type Layer, Rng, statelessCall } from '@gradus/core'
import { ones, type Tensor, tensor, useBackend, zeros } from '@gradus/tensor'
import { testLayer } from '@gradus/testing'
import { describe, expect, it } from 'vitest'
import { ActivityRegularization } from './activity-regularization.ts'
import { AlphaDropout } from './alpha-dropout.ts'
import { GaussianDropout } from './gaussian-dropout.ts'
import { GaussianNoise } from './gaussian-noise.ts'
import { SpatialDropout1D } from './spatial-dropout1d.ts'
import { SpatialDropout2D } from './spatial-dropout2d.ts'
import { SpatialDropout3D } from './spatial-dropout3d.ts'

await useBackend(cpu())

const rows = { inputShape: [3, 4], expectedOutputShape: [3, 4], expectedParams: 0, supportsMasking: true } as const

testLayer(ActivityRegularization, { config: { l1: 0.1, l2: 0.2 }, ...rows })
testLayer(AlphaDropout, { config: { rate: 0.4, noiseShape: [null, 1] }, ...rows })
testLayer(GaussianDropout, { config: { rate: 0.4, seed: 3 }, ...rows })
testLayer(GaussianNoise, { config: { stddev: 0.4 }, ...rows })
const channels = { expectedParams: 0, supportsMasking: true, invalidInputShape: [2, 3] } as const
testLayer(SpatialDropout1D, { config: { rate: 0.4 }, inputShape: [2, 3, 4], ...channels })
testLayer(SpatialDropout2D, {
  config: { rate: 0.4, dataFormat: 'channelsFirst' },
  inputShape: [2, 4, 2, 3],
  ...channels,
})
testLayer(SpatialDropout3D, { config: { rate: 0.4, seed: 1 }, inputShape: [2, 2, 1, 2, 3], ...channels })

/** The output of a layer in training. */
const train = (layer: Layer, x: Tensor, seed = 1) =>
  statelessCall(layer, { params: {}, state: {} }, x, { rng: new Rng(seed), training: true }).outputs as Tensor

function momentsOf(values: Iterable<number>): { mean: number; std: number } {
  const list = [...values]
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length
  return { mean, std: Math.sqrt(list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length) }
}

describe('noise', () => {
  const x = ones([100, 100])

  it('has the expected mean and standard deviation', () => {
    // 10 000 draws: four standard deviations of their mean are 0.04 times the deviation
    const noisy = momentsOf(train(new GaussianNoise({ stddev: 0.5 }), x).dataSync())
    expect(Math.abs(noisy.mean - 1)).toBeLessThan(0.02)
    expect(Math.abs(noisy.std - 0.5)).toBeLessThan(0.02)
    const scaled = momentsOf(train(new GaussianDropout({ rate: 0.2 }), x).dataSync())
    expect(Math.abs(scaled.mean - 1)).toBeLessThan(0.02)
    expect(Math.abs(scaled.std - 0.5)).toBeLessThan(0.02)
  })

  it('of AlphaDropout has two values, which Keras has too', () => {
    const values = new Set(train(new AlphaDropout({ rate: 0.1 }), x).dataSync())
    // recorded from Keras for ones at rate 0.1
    expect([...values].sort((a, b) => a - b)).toEqual([expect.closeTo(-1.4577386, 5), expect.closeTo(1.0832555, 5)])
  })

  it('is 0 without a rate or a deviation', () => {
    for (const layer of [
      new GaussianNoise({ stddev: 0 }),
      new GaussianDropout({ rate: 0 }),
      new AlphaDropout({ rate: 0 }),
    ])
      expect(train(layer, tensor([3, 4])).array()).toEqual([3, 4])
  })

  it('refuses invalid options', () => {
    expect(() => new GaussianNoise({ stddev: 2 })).toThrow("'stddev' must be a number from 0 to 1 and is 2")
    expect(() => new GaussianDropout({ rate: 1 })).toThrow("'rate' must be a number smaller than 1 at least 0 and is 1")
    expect(() => new AlphaDropout({ rate: 0.5, noiseShape: [0] })).toThrow("AlphaDropout: 'noiseShape' must be a list")
    expect(() => train(new AlphaDropout({ rate: 0.5, noiseShape: [2] }), x)).toThrow(
      "AlphaDropout expects an input that 'noiseShape' [2] can be broadcast to and got [100, 100].",
    )
  })
})

describe('SpatialDropout', () => {
  it('drops whole channels', () => {
    const y = train(new SpatialDropout2D({ rate: 0.5 }), ones([4, 3, 3, 8])).array() as number[][][][]
    for (const sample of y) for (const row of sample) for (const pixel of row) expect(pixel).toEqual(sample[0]![0])
    expect(new Set(y.flat(3))).toEqual(new Set([0, 2]))
    const first = train(new SpatialDropout2D({ rate: 0.5, dataFormat: 'channelsFirst' }), ones([4, 8, 3, 3])).array()
    for (const map of (first as number[][][][]).flat()) expect(new Set(map.flat()).size).toBe(1)
  })

  it('refuses other shapes', () => {
    expect(() => new SpatialDropout2D({ rate: 0.5, dataFormat: 'channelsFirst' }).call(zeros([2, 3]))).toThrow(
      'SpatialDropout2D expects an input of shape [batch, channels, height, width] and got [2, 3].',
    )
    expect(new SpatialDropout1D({ rate: 0.5 }).call(input({ shape: [null, 2] })).shape).toEqual([null, null, 2])
  })
})

describe('ActivityRegularization', () => {
  it('adds a penalty per sample', () => {
    const { losses, outputs } = statelessCall(
      new ActivityRegularization({ l1: 0.5, l2: 0.25 }),
      { params: {}, state: {} },
      tensor([[1], [-2]]),
    )
    expect(losses.map((loss) => loss.item())).toEqual([(0.5 * 3 + 0.25 * 5) / 2])
    expect((outputs as Tensor).array()).toEqual([[1], [-2]])
    expect(() => new ActivityRegularization({ activityRegularizer: 'l1' as never })).toThrow('Leave that out.')
  })
})
