import { MeanSquaredError as SquaredLoss } from '@gradus/losses'
import { testMetric } from '@gradus/testing'
import {
  Accuracy,
  AUC,
  BinaryAccuracy,
  BinaryCrossentropy,
  BinaryIoU,
  CategoricalAccuracy,
  CategoricalCrossentropy,
  CategoricalHinge,
  ConcordanceCorrelation,
  CosineSimilarity,
  F1Score,
  FalseNegatives,
  FalsePositives,
  FBetaScore,
  Hinge,
  IoU,
  KLDivergence,
  LogCoshError,
  Mean,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanIoU,
  MeanMetricWrapper,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  OneHotIoU,
  OneHotMeanIoU,
  PearsonCorrelation,
  Poisson,
  Precision,
  PrecisionAtRecall,
  R2Score,
  Recall,
  RecallAtPrecision,
  RootMeanSquaredError,
  SensitivityAtSpecificity,
  SparseCategoricalAccuracy,
  SparseCategoricalCrossentropy,
  SparseTopKCategoricalAccuracy,
  SpecificityAtSensitivity,
  SquaredHinge,
  Sum,
  TopKCategoricalAccuracy,
  TrueNegatives,
  TruePositives,
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

testMetric(MeanAbsolutePercentageError, { batches: oneHot })
testMetric(MeanSquaredLogarithmicError, { batches: oneHot })
testMetric(LogCoshError, { batches: oneHot })
testMetric(SquaredHinge, { batches: oneHot })
testMetric(Hinge, { batches: oneHot })
testMetric(CategoricalHinge, { batches: oneHot })
testMetric(KLDivergence, { batches: oneHot })
testMetric(Poisson, { batches: oneHot })
testMetric(CosineSimilarity, { batches: oneHot })
testMetric(PearsonCorrelation, { batches: oneHot })
testMetric(ConcordanceCorrelation, { batches: oneHot })
testMetric(MeanMetricWrapper, { config: { fn: new SquaredLoss() }, batches: oneHot })
testMetric(MeanMetricWrapper, { config: { fn: new CategoricalAccuracy() }, batches: oneHot, expected: 3 / 3.5 })

const scores = [
  { target: [0, 1, 1, 0, 1], prediction: [0.1, 0.9, 0.4, 0.6, 0.75], weight: [1, 2, 0.5, 1, 1] },
  { target: [1, 0], prediction: [0.3, 0.55], weight: [1, 3] },
]
testMetric(TruePositives, { batches: scores, expected: 3 })
testMetric(TrueNegatives, { config: { thresholds: [0.2, 0.58] }, batches: scores, expected: [1, 4] })
testMetric(FalsePositives, { batches: scores, expected: 4 })
testMetric(FalseNegatives, { config: { thresholds: [0, 0.5, 1] }, batches: scores, expected: [0, 1.5, 4.5] })
testMetric(Precision, { batches: scores, expected: 3 / 7 })
testMetric(Precision, { config: { topK: 1, classId: 2 }, batches: oneHot, expected: 1 })
testMetric(Recall, { batches: scores, expected: 3 / 4.5 })
testMetric(Recall, { config: { topK: 2, thresholds: 0.25 }, batches: oneHot })
testMetric(PrecisionAtRecall, { config: { recall: 0.6 }, batches: scores })
testMetric(RecallAtPrecision, { config: { precision: 0.4, numThresholds: 20 }, batches: scores })
testMetric(SensitivityAtSpecificity, { config: { specificity: 0.5, numThresholds: 1 }, batches: scores })
testMetric(SpecificityAtSensitivity, { config: { sensitivity: 0.5, classId: 1 }, batches: oneHot })
for (const curve of ['ROC', 'PR', 'PRGAIN'] as const)
  for (const summationMethod of ['interpolation', 'minoring', 'majoring'] as const)
    testMetric(AUC, { config: { curve, summationMethod, numThresholds: 30 }, batches: scores })
testMetric(AUC, { config: { thresholds: [0.7, 0.2], fromLogits: true }, batches: scores })
testMetric(AUC, { config: { multiLabel: true, labelWeights: [1, 2, 3], curve: 'PR' }, batches: oneHot })
testMetric(AUC, { config: { labelWeights: [1, 2, 3] }, batches: oneHot })
testMetric(F1Score, { batches: oneHot })
testMetric(F1Score, { config: { average: 'macro' }, batches: oneHot })
testMetric(FBetaScore, { config: { beta: 2, threshold: 0.25, average: 'weighted' }, batches: oneHot })
testMetric(FBetaScore, { config: { beta: 0.5, average: 'micro' }, batches: oneHot })
testMetric(R2Score, { batches: oneHot })
testMetric(R2Score, { config: { classAggregation: 'varianceWeightedAverage' }, batches: oneHot })
// the number of samples counts, whatever their weights
const unweighted = 'the adjusted score counts samples of weight 0'
testMetric(R2Score, {
  config: { numRegressors: 1, classAggregation: 'none' },
  batches: oneHot,
  skip: { 'samples of weight 0 are left out': unweighted },
})

const pixels = [
  { target: [0, 1, 2, 1], prediction: [0, 1, 1, 1], weight: [1, 2, 1, 1] },
  { target: [2, 5], prediction: [2, 0], weight: [3, 1] },
]
testMetric(IoU, { config: { numClasses: 3, targetClassIds: [1, 2] }, batches: pixels, expected: (3 / 4 + 3 / 4) / 2 })
testMetric(MeanIoU, { config: { numClasses: 3, ignoreClass: 0 }, batches: pixels, expected: (3 / 4 + 3 / 4) / 2 })
testMetric(BinaryIoU, { config: { threshold: 0.6, dtype: 'float32' }, batches: scores })
testMetric(OneHotIoU, { config: { numClasses: 3, targetClassIds: [2] }, batches: oneHot })
testMetric(OneHotMeanIoU, { config: { numClasses: 3, dtype: 'float32' }, batches: oneHot, expected: 0.6 })
testMetric(SparseTopKCategoricalAccuracy, {
  config: { k: 2, fromSortedIds: true },
  batches: [
    {
      target: [1, 2, 0],
      prediction: [
        [1, 0, 2],
        [0, 1, 2],
        [2, 0, 1],
      ],
    },
  ],
  expected: 2 / 3,
})
