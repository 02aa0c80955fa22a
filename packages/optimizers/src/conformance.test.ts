import { testOptimizer } from '@gradus/testing'
import { Adam, AdamW, CosineDecay, RMSprop, SGD } from './index.ts'

testOptimizer(SGD, { expectedSlots: [] })
testOptimizer(SGD, { config: { momentum: 0.9, nesterov: true }, learningRate: 0.02, expectedSlots: ['momentum'] })
testOptimizer(RMSprop, { learningRate: 0.01, steps: 500, expectedSlots: ['velocity'] })
testOptimizer(RMSprop, {
  config: { centered: true, momentum: 0.5 },
  learningRate: 0.01,
  expectedSlots: ['velocity', 'momentum', 'averageGradient'],
})
testOptimizer(Adam, { expectedSlots: ['momentum', 'velocity'] })
testOptimizer(Adam, {
  config: { amsgrad: true, learningRate: new CosineDecay({ initialLearningRate: 0.2, decaySteps: 400 }) },
  expectedSlots: ['momentum', 'velocity', 'velocityHat'],
})
testOptimizer(AdamW, { expectedSlots: ['momentum', 'velocity'] })
