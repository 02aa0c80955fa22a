import type { DType } from './dtype.ts'
import type { Shape } from './shape.ts'

/** An abstract value: what is known of a tensor without its numbers. */
export interface Aval {
  readonly shape: Shape
  readonly dtype: DType
}
