import { BinaryCrossentropy } from './binary-crossentropy.ts'
import { CategoricalCrossentropy } from './categorical-crossentropy.ts'
import { MeanAbsoluteError } from './mean-absolute-error.ts'
import { MeanSquaredError } from './mean-squared-error.ts'
import { SparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.ts'

export * from './binary-crossentropy.ts'
export * from './categorical-crossentropy.ts'
export * from './crossentropy.ts'
export * from './mean-absolute-error.ts'
export * from './mean-squared-error.ts'
export * from './sparse-categorical-crossentropy.ts'

/** Every loss of this package, for a registry. */
export const losses = [
  BinaryCrossentropy,
  CategoricalCrossentropy,
  MeanAbsoluteError,
  MeanSquaredError,
  SparseCategoricalCrossentropy,
] as const
