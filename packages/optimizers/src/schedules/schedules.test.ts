import { cpu } from '@gradus/backend-cpu'
import { ConfigError, type Schedule } from '@gradus/core'
import { tensor, useBackend } from '@gradus/tensor'
import { describe, expect, it } from 'vitest'
import { CosineDecay } from './cosine-decay.ts'
import { Cyclic } from './cyclic.ts'
import { ExponentialDecay } from './exponential-decay.ts'
import { OneCycle } from './one-cycle.ts'
import { PiecewiseConstantDecay } from './piecewise-constant-decay.ts'

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

describe('PiecewiseConstantDecay', () => {
  it('throws for numbers of values and boundaries that do not match, and for boundaries that do not increase', () => {
    expect(() => new PiecewiseConstantDecay({ boundaries: [10], values: [1] })).toThrow(
      "PiecewiseConstantDecay: 'values' must have one entry more than 'boundaries', which needs at least one; there are 1 values and 1 boundaries.",
    )
    expect(() => new PiecewiseConstantDecay({ boundaries: [10, 5], values: [1, 2, 3] })).toThrow(
      "PiecewiseConstantDecay: 'boundaries' must increase, and 5 comes after 10.",
    )
  })
})

describe('the schedules of PyTorch', () => {
  const rates = (schedule: Schedule, steps: readonly number[]) =>
    steps.map((at) => Number((schedule.at(step(at)).item() as number).toFixed(5)))

  it('OneCycle: rises, falls, and stays at the last rate', () => {
    const config = { maxLearningRate: 1, totalSteps: 20, pctStart: 0.25, divFactor: 4, finalDivFactor: 10 }
    const linear = new OneCycle({ ...config, annealStrategy: 'linear' })
    expect(rates(linear, [0, 2, 4, 19, 50])).toEqual([0.25, 0.625, 1, 0.025, 0.025])
    const threePhase = new OneCycle({ ...config, annealStrategy: 'linear', threePhase: true })
    expect(rates(threePhase, [0, 4, 6, 8, 19])).toEqual([0.25, 1, 0.625, 0.25, 0.025])
    expect(rates(new OneCycle(config), [0, 1, 4, 19])).toEqual([0.25, 0.35983, 1, 0.025])
    expect(rates(new OneCycle({ ...config, totalSteps: 1 }), [0, 1]).every(Number.isFinite)).toBe(true)
  })

  it('Cyclic: rises and falls in each cycle', () => {
    const config = { initialLearningRate: 0.5, maxLearningRate: 1.5, stepSizeUp: 2, stepSizeDown: 4 }
    expect(rates(new Cyclic(config), [0, 1, 2, 4, 6, 8])).toEqual([0.5, 1, 1.5, 1, 0.5, 1.5])
    expect(rates(new Cyclic({ ...config, mode: 'triangular2' }), [2, 8, 14])).toEqual([1.5, 1, 0.75])
    expect(rates(new Cyclic({ ...config, mode: 'expRange', gamma: 0.5 }), [0, 2, 8])).toEqual([0.5, 0.75, 0.50391])
  })
})
