import { cpu } from '@gradus/backend-cpu'
import { ConfigError } from '@gradus/core'
import { tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { CosineDecay } from './cosine-decay.ts'
import { ExponentialDecay } from './exponential-decay.ts'

await useBackend(cpu())

const step = (value: number) => tensor(value, { dtype: 'int32' })

describe('schedules', () => {
  it('give float32 scalars', () => {
    const rate = new CosineDecay({ initialLearningRate: 1, decaySteps: 10 }).at(step(5))
    expect([rate.dtype, rate.shape]).toEqual(['float32', []])
    expect(rate.item()).toBeCloseTo(0.5, 6)
  })

  it('are constant after the decay', () => {
    const schedule = new CosineDecay({
      initialLearningRate: 1,
      decaySteps: 10,
      alpha: 0.25,
      warmupTarget: 2,
      warmupSteps: 5,
    })
    expect([0, 5, 15, 1000].map((at) => Number((schedule.at(step(at)).item() as number).toFixed(5)))).toEqual([
      1, 2, 0.5, 0.5,
    ])
    const noRise = new CosineDecay({ initialLearningRate: 1, decaySteps: 10, warmupTarget: 2 })
    expect(noRise.at(step(0)).item()).toBe(2)
  })

  it('change only every decaySteps with staircase', () => {
    const schedule = new ExponentialDecay({ initialLearningRate: 1, decaySteps: 4, decayRate: 0.5, staircase: true })
    expect([3, 4, 7, 8].map((at) => schedule.at(step(at)).item())).toEqual([1, 0.5, 0.5, 0.25])
  })

  it('throw for a decay over 0 steps, and for misspelt options', () => {
    expect(() => new CosineDecay({ initialLearningRate: 1, decaySteps: 0 })).toThrow(ConfigError)
    expect(() => new ExponentialDecay({ initialLearningRate: 1, decaySteps: -2, decayRate: 1 })).toThrow(
      /'decaySteps' must be a number larger than 0 and is -2/,
    )
    expect(() => new CosineDecay({ initialLearningRate: 1, decay_steps: 3 } as never)).toThrow(
      /Did you mean 'decaySteps'/,
    )
  })
})
