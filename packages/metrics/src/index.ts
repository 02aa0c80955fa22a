import { Accuracy } from './accuracy.ts'
import { BinaryAccuracy } from './binary-accuracy.ts'
import { BinaryCrossentropy } from './binary-crossentropy.ts'
import { CategoricalAccuracy } from './categorical-accuracy.ts'
import { CategoricalCrossentropy } from './categorical-crossentropy.ts'
import { Mean } from './mean.ts'
import { MeanAbsoluteError } from './mean-absolute-error.ts'
import { MeanSquaredError } from './mean-squared-error.ts'
import { RootMeanSquaredError } from './root-mean-squared-error.ts'
import { SparseCategoricalAccuracy } from './sparse-categorical-accuracy.ts'
import { SparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.ts'
import { SparseTopKCategoricalAccuracy } from './sparse-top-k-categorical-accuracy.ts'
import { Sum } from './sum.ts'
import { TopKCategoricalAccuracy } from './top-k-categorical-accuracy.ts'

export * from './accuracy.ts'
export * from './binary-accuracy.ts'
export * from './binary-crossentropy.ts'
export * from './categorical-accuracy.ts'
export * from './categorical-crossentropy.ts'
export * from './loss-metric.ts'
export * from './mean.ts'
export * from './mean-absolute-error.ts'
export * from './mean-metric.ts'
export * from './mean-squared-error.ts'
export * from './root-mean-squared-error.ts'
export * from './sparse-categorical-accuracy.ts'
export * from './sparse-categorical-crossentropy.ts'
export * from './sparse-top-k-categorical-accuracy.ts'
export * from './sum.ts'
export * from './top-k-categorical-accuracy.ts'

/** Every metric of this package, for a registry. */
export const metrics = [
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
] as const
