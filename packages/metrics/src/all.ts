export { Accuracy } from './accuracy.ts'
export { BinaryAccuracy, type BinaryAccuracyConfig } from './binary-accuracy.ts'
export { BinaryCrossentropy } from './binary-crossentropy.ts'
export { CategoricalAccuracy } from './categorical-accuracy.ts'
export { CategoricalCrossentropy } from './categorical-crossentropy.ts'
export { Mean } from './mean.ts'
export { MeanAbsoluteError } from './mean-absolute-error.ts'
export { MeanSquaredError } from './mean-squared-error.ts'
export { RootMeanSquaredError } from './root-mean-squared-error.ts'
export { SparseCategoricalAccuracy } from './sparse-categorical-accuracy.ts'
export { SparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.ts'
export {
  SparseTopKCategoricalAccuracy,
  type SparseTopKCategoricalAccuracyConfig,
} from './sparse-top-k-categorical-accuracy.ts'
export { Sum } from './sum.ts'
export { TopKCategoricalAccuracy, type TopKCategoricalAccuracyConfig } from './top-k-categorical-accuracy.ts'
