import { testLoss } from '@gradus/testing'
import {
  BinaryCrossentropy,
  BinaryFocalCrossentropy,
  CategoricalCrossentropy,
  CategoricalFocalCrossentropy,
  CategoricalGeneralizedCrossEntropy,
  CategoricalHinge,
  Circle,
  CosineSimilarity,
  CTC,
  Dice,
  Hinge,
  Huber,
  KLDivergence,
  LogCosh,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Poisson,
  SparseCategoricalCrossentropy,
  SquaredHinge,
  Tversky,
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

const far = { extremes: [-1e6, 1e6] }
testLoss(MeanAbsolutePercentageError, { target: numbers, prediction: others, ...far })
testLoss(MeanSquaredLogarithmicError, { target: probabilities, prediction: [probabilities[1]!, probabilities[0]!] })
testLoss(LogCosh, { target: numbers, prediction: others, ...far })
testLoss(Huber, { target: numbers, prediction: others, ...far })
testLoss(Huber, { config: { delta: 0.7 }, target: numbers, prediction: others, ...far })
testLoss(CosineSimilarity, { target: numbers, prediction: others, extremes: [0, 1] })
testLoss(CosineSimilarity, {
  config: { axis: 0, reduction: 'sum' },
  target: numbers,
  prediction: others,
  expectedShape: [3],
  skip: { 'sample weights scale and leave out samples': 'there is a loss for each column' },
})
testLoss(Hinge, { target: oneHot, prediction: numbers, ...far })
testLoss(SquaredHinge, { target: oneHot, prediction: numbers, ...far })
testLoss(CategoricalHinge, { target: oneHot, prediction: numbers, ...far })
testLoss(KLDivergence, { target: [probabilities[1]!, probabilities[0]!], prediction: probabilities })
testLoss(Poisson, {
  target: [
    [0, 1, 4],
    [2, 0, 1],
  ],
  prediction: [
    [0.5, 2, 3],
    [1, 0.25, 6],
  ],
})
testLoss(BinaryFocalCrossentropy, { target: oneHot, prediction: probabilities })
testLoss(BinaryFocalCrossentropy, {
  config: { applyClassBalancing: true, alpha: 0.3, gamma: 1.5, fromLogits: true, labelSmoothing: 0.1 },
  target: oneHot,
  prediction: numbers,
  ...logits,
})
testLoss(CategoricalFocalCrossentropy, { target: oneHot, prediction: probabilities })
testLoss(CategoricalFocalCrossentropy, {
  config: { alpha: [0.1, 0.2, 0.7], gamma: 3, fromLogits: true, labelSmoothing: 0.1 },
  target: oneHot,
  prediction: numbers,
  ...logits,
})
testLoss(CategoricalGeneralizedCrossEntropy, {
  config: { q: 0.7 },
  target: [1, 2],
  prediction: probabilities,
  expected: (1 - 0.7 ** 0.7 + 1 - 0.4 ** 0.7) / 1.4,
})
testLoss(Dice, {
  target: oneHot,
  prediction: probabilities,
  expectedShape: [],
  skip: { 'sample weights scale and leave out samples': 'there is one loss for the batch' },
})
testLoss(Dice, { config: { axis: -1 }, target: oneHot, prediction: probabilities })
testLoss(Tversky, { config: { axis: [1], alpha: 0.3, beta: 0.8 }, target: oneHot, prediction: probabilities })
testLoss(Circle, {
  config: { gamma: 3, margin: 0.3 },
  target: [0, 1, 0],
  prediction: [
    [0.6, 0.8],
    [0.8, -0.6],
    [0, 1],
  ],
})
testLoss(CTC, {
  target: [
    [1, 2],
    [1, 1],
    [2, 0],
  ],
  prediction: { shape: [3, 4, 3] },
  expectedShape: [3],
  ...logits,
})
