import { testLoss } from '@gradus/testing'
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  MeanAbsoluteError,
  MeanSquaredError,
  SparseCategoricalCrossentropy,
} from './index.ts'

const numbers = [
  [0.5, -1, 2],
  [1, 0.25, -0.5],
]
const others = [
  [0, 1, 1.5],
  [2, -1, 0.75],
]
const probabilities = [
  [0.2, 0.7, 0.1],
  [0.3, 0.3, 0.4],
]
const oneHot = [
  [0, 1, 0],
  [0, 0, 1],
]
const logits = { extremes: [-1000, 1000] }

testLoss(MeanSquaredError, { target: numbers, prediction: others })
testLoss(MeanAbsoluteError, { target: numbers, prediction: others })
testLoss(BinaryCrossentropy, { target: oneHot, prediction: probabilities })
testLoss(BinaryCrossentropy, {
  config: { fromLogits: true, labelSmoothing: 0.1 },
  target: oneHot,
  prediction: numbers,
  ...logits,
})
testLoss(CategoricalCrossentropy, {
  target: oneHot,
  prediction: probabilities,
  expected: -(Math.log(0.7) + Math.log(0.4)) / 2,
})
testLoss(CategoricalCrossentropy, {
  config: { fromLogits: true, labelSmoothing: 0.1 },
  target: oneHot,
  prediction: numbers,
  ...logits,
})
testLoss(SparseCategoricalCrossentropy, {
  target: [1, 2],
  prediction: probabilities,
  expected: -(Math.log(0.7) + Math.log(0.4)) / 2,
})
testLoss(SparseCategoricalCrossentropy, {
  config: { fromLogits: true },
  target: [1, 2],
  prediction: numbers,
  ...logits,
})
