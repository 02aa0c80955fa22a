import { testOptimizer } from '@gradus/testing'
import {
  Adadelta,
  Adafactor,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  CosineDecay,
  Ftrl,
  Lamb,
  Lion,
  Muon,
  Nadam,
  RAdam,
  RMSprop,
  ScheduleFreeAdamW,
  SGD,
} from './index.ts'

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
testOptimizer(Adagrad, { learningRate: 0.5, expectedSlots: ['accumulator'] })
testOptimizer(Adadelta, { learningRate: 20, expectedSlots: ['accumulatedGrad', 'accumulatedDeltaVar'] })
testOptimizer(Adamax, { expectedSlots: ['momentum', 'norm'] })
testOptimizer(Nadam, { expectedSlots: ['momentum', 'velocity'] })
testOptimizer(Ftrl, { learningRate: 0.5, expectedSlots: ['accumulator', 'linear'] })
testOptimizer(Ftrl, {
  config: {
    learningRatePower: -0.7,
    beta: 0.1,
    l1RegularizationStrength: 1e-4,
    l2ShrinkageRegularizationStrength: 1e-4,
  },
  learningRate: 0.5,
  expectedSlots: ['accumulator', 'linear'],
})
testOptimizer(RAdam, { expectedSlots: ['momentum', 'velocity'] })
testOptimizer(RAdam, { config: { beta2: 0.5 }, expectedSlots: ['momentum', 'velocity'] })
testOptimizer(Lion, { learningRate: 0.02, expectedSlots: ['momentum'] })
testOptimizer(Lamb, { learningRate: 0.02, expectedSlots: ['momentum', 'velocity'] })
testOptimizer(Adafactor, { expectedSlots: ['rows', 'columns', 'velocity'] })
testOptimizer(ScheduleFreeAdamW, { config: { warmupSteps: 5 }, expectedSlots: ['momentum', 'velocity'] })
testOptimizer(Muon, { config: { nesterov: false, rmsRate: 'none' }, expectedSlots: ['momentum', 'velocity'] })
testOptimizer(Muon, { expectedSlots: ['momentum', 'velocity'] })
