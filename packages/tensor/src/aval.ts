import type { DType } from './dtype.ts'
import type { Shape } from './shape.ts'

/** An abstract value: the shape and dtype of a tensor. */
export interface Aval {
  readonly shape: Shape
  readonly dtype: DType
}
