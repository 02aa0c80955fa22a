import { testMetric } from '@gradus/testing'
import {
  Accuracy,
  BinaryAccuracy,
  BinaryCrossentropy,
  CategoricalAccuracy,
  CategoricalCrossentropy,
  Mean,
  MeanAbsoluteError,
  MeanSquaredError,
  RootMeanSquaredError,
  SparseCategoricalAccuracy,
  SparseCategoricalCrossentropy,
  SparseTopKCategoricalAccuracy,
  Sum,
  TopKCategoricalAccuracy,
} from './index.ts'

const predictions = [
  [
    [0.1, 0.7, 0.2],
    [0.5, 0.2, 0.3],
  ],
  [[0.3, 0.3, 0.4]],
]
const batches = (targets: readonly [number[] | number[][], number[] | number[][]]) =>
  targets.map((target, index) => ({ target, prediction: predictions[index]!, weight: index === 0 ? [1, 0.5] : [2] }))
const oneHot = batches([
  [
    [0, 1, 0],
    [0, 0, 1],
  ],
  [[0, 0, 1]],
])
const classes = batches([[1, 2], [2]])

testMetric(Accuracy, {
  batches: [
    { target: [1, 2, 3], prediction: [1, 2, 4] },
    { target: [5], prediction: [5] },
  ],
  expected: 0.75,
})
testMetric(BinaryAccuracy, { config: { threshold: 0.35 }, batches: oneHot })
testMetric(BinaryCrossentropy, { batches: oneHot })
testMetric(CategoricalAccuracy, { batches: oneHot, expected: 3 / 3.5 })
testMetric(CategoricalCrossentropy, { batches: oneHot })
testMetric(Mean, { batches: oneHot, expected: 1 / 3 })
testMetric(MeanAbsoluteError, { batches: oneHot })
testMetric(MeanSquaredError, { batches: oneHot })
testMetric(RootMeanSquaredError, { batches: oneHot })
testMetric(SparseCategoricalAccuracy, { batches: classes, expected: 3 / 3.5 })
testMetric(SparseCategoricalCrossentropy, { batches: classes })
testMetric(SparseTopKCategoricalAccuracy, { config: { k: 2 }, batches: classes, expected: 1 })
testMetric(Sum, { batches: oneHot, expected: 3.5 })
testMetric(TopKCategoricalAccuracy, { config: { k: 2 }, batches: oneHot, expected: 1 })
