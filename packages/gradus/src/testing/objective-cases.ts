// The cases with which the conformance suites run for each registered loss and metric, by its type.
import type { LossCheckOptions, MetricCheckOptions } from '@gradus/testing'
import * as losses from '../losses.ts'

const numbers = {
  target: [
    [1, 2, 0.5],
    [0.5, 3, 1],
  ],
  prediction: [
    [1.5, 2.5, 0.25],
    [0.75, 2, 2],
  ],
} as const
const bits = {
  target: [
    [1, 0, 1],
    [0, 1, 0],
  ],
  prediction: [
    [0.7, 0.2, 0.6],
    [0.4, 0.9, 0.3],
  ],
} as const
/** Rows are distributions, as for categories. */
const distributions = {
  target: [
    [0, 1, 0],
    [1, 0, 0],
  ],
  prediction: [
    [0.2, 0.7, 0.1],
    [0.5, 0.3, 0.2],
  ],
} as const
const classes = { target: [1, 0], prediction: distributions.prediction } as const
const whole = { expectedShape: [] } as const

/** The cases of losses. */
export const lossCases: Readonly<Record<string, LossCheckOptions>> = {
  BinaryCrossentropy: bits,
  BinaryFocalCrossentropy: bits,
  CTC: {
    target: { shape: [2, 2], dtype: 'int32', values: [1, 2, 2, 1] },
    prediction: { shape: [2, 4, 3], low: -1, high: 1 },
    expectedShape: [2],
    extremes: [-5, 5],
  },
  CategoricalCrossentropy: distributions,
  CategoricalFocalCrossentropy: distributions,
  CategoricalGeneralizedCrossEntropy: classes,
  CategoricalHinge: distributions,
  Circle: { target: [0, 1, 0, 1], prediction: { shape: [4, 3], low: -0.5, high: 0.5 }, expectedShape: [4] },
  CosineSimilarity: numbers,
  Dice: { ...bits, ...whole },
  Hinge: bits,
  Huber: numbers,
  KLDivergence: distributions,
  LogCosh: numbers,
  MeanAbsoluteError: numbers,
  MeanAbsolutePercentageError: numbers,
  MeanSquaredError: numbers,
  MeanSquaredLogarithmicError: numbers,
  Poisson: numbers,
  SparseCategoricalCrossentropy: classes,
  SquaredHinge: bits,
  Tversky: { ...bits, ...whole },
}

const twice = <T>(batch: T): { readonly batches: readonly [T, T] } => ({ batches: [batch, batch] })
const figures = twice({ target: [[1], [2], [0.5]], prediction: [[1.5], [2.5], [0.25]] })
const decisions = twice({ target: [1, 0, 1, 0], prediction: [0.8, 0.3, 0.4, 0.6] })
const labels = twice({ target: [0, 1, 1, 0], prediction: [0, 1, 0, 0] })
const oneHot = twice(distributions)
const sparse = twice(classes)
const values = { batches: [{ target: [1, 2, 3], prediction: [0, 0, 0] }] } as const
const atRate = (option: string) => ({ ...decisions, config: { [option]: 0.5 } })

/** The cases of metrics. */
export const metricCases: Readonly<Record<string, MetricCheckOptions>> = {
  AUC: decisions,
  Accuracy: labels,
  BinaryAccuracy: decisions,
  BinaryCrossentropy: twice(bits),
  BinaryIoU: decisions,
  CategoricalAccuracy: oneHot,
  CategoricalCrossentropy: oneHot,
  CategoricalHinge: oneHot,
  ConcordanceCorrelation: twice(numbers),
  CosineSimilarity: twice(numbers),
  F1Score: oneHot,
  FBetaScore: oneHot,
  FalseNegatives: decisions,
  FalsePositives: decisions,
  Hinge: twice(bits),
  IoU: { ...labels, config: { numClasses: 2, targetClassIds: [0, 1] } },
  KLDivergence: oneHot,
  LogCoshError: figures,
  Mean: values,
  MeanAbsoluteError: figures,
  MeanAbsolutePercentageError: figures,
  MeanIoU: { ...labels, config: { numClasses: 2 } },
  MeanMetricWrapper: { ...twice(numbers), config: { fn: new losses.MeanSquaredError() } },
  MeanSquaredError: figures,
  MeanSquaredLogarithmicError: figures,
  OneHotIoU: { ...oneHot, config: { numClasses: 3, targetClassIds: [0, 1] } },
  OneHotMeanIoU: { ...oneHot, config: { numClasses: 3 } },
  PearsonCorrelation: twice(numbers),
  Poisson: figures,
  Precision: decisions,
  PrecisionAtRecall: atRate('recall'),
  R2Score: twice({ target: [[1], [2], [4]], prediction: [[1.5], [2], [3]] }),
  Recall: decisions,
  RecallAtPrecision: atRate('precision'),
  RootMeanSquaredError: figures,
  SensitivityAtSpecificity: atRate('specificity'),
  SparseCategoricalAccuracy: sparse,
  SparseCategoricalCrossentropy: sparse,
  SparseTopKCategoricalAccuracy: { ...sparse, config: { k: 2 } },
  SpecificityAtSensitivity: atRate('sensitivity'),
  SquaredHinge: twice(bits),
  Sum: values,
  TopKCategoricalAccuracy: { ...oneHot, config: { k: 2 } },
  TrueNegatives: decisions,
  TruePositives: decisions,
}
