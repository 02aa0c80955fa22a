import { Registry } from '@gradus/core'
import { describe, expectTypeOf, it } from 'vitest'
import { Adam, CosineDecay, optimizers, SGD, schedules } from './index.ts'

describe('optimizers', () => {
  it('take their specific options and the common ones', () => {
    new SGD()
    new SGD({ learningRate: 0.1, momentum: 0.9, clipNorm: 1 })
    new Adam({ learningRate: new CosineDecay({ initialLearningRate: 0.1, decaySteps: 10 }), beta1: 0.8 })
    // @ts-expect-error Keras's spelling
    new Adam({ beta_1: 0.8 })
    // @ts-expect-error an option of Adam
    new SGD({ amsgrad: true })
    // @ts-expect-error decaySteps is missing
    new CosineDecay({ initialLearningRate: 0.1 })
  })

  it('are created from typed specs, schedules within them too', () => {
    const registry = new Registry([...Object.values(optimizers), ...Object.values(schedules)])
    expectTypeOf(registry.create({ optimizer: 'SGD', momentum: 0.9 })).toEqualTypeOf<SGD>()
    registry.create({
      optimizer: 'Adam',
      learningRate: { schedule: 'CosineDecay', initialLearningRate: 0.1, decaySteps: 10 },
    })
    // @ts-expect-error no such optimizer
    registry.create({ optimizer: 'Adan' })
    // @ts-expect-error not a number
    registry.create({ optimizer: 'SGD', momentum: 'much' })
  })
})
