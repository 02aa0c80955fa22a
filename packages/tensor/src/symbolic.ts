import type { DType } from './dtype.ts'
import { showAsText } from './print.ts'

/** Dimensions from the outermost to the innermost; `null` for one that is not known before the model runs. */
export type SymbolicShape = readonly (number | null)[]

/** The dtype of a symbolic tensor; `string` for strings, which stay on the host. */
export type SymbolicDType = DType | 'string'

/**
 * A dimension that is not known before the model runs. It has an identity: equal objects are the same size in every batch.
 * `sizes` are the sizes that it has in the trials by which shapes are inferred.
 */
export class UnknownSize {
  constructor(readonly sizes: readonly number[]) {}
}

/** Records operations on the symbolic tensors of a functional model. */
export interface SymbolicSource {
  /** Records a call of `run` whose arguments hold symbolic tensors. Returns what `run` returns, with symbolic tensors. */
  record(operation: (...args: never) => unknown, args: readonly unknown[]): unknown
}

/** A tensor in a functional model: the result of a call, with a shape and a dtype and no value. */
export class SymbolicTensor {
  readonly shape: SymbolicShape

  constructor(
    readonly sizes: readonly (number | UnknownSize)[],
    readonly dtype: SymbolicDType,
    readonly source: SymbolicSource,
  ) {
    showAsText(SymbolicTensor.prototype)
    this.shape = sizes.map((size) => (typeof size === 'number' ? size : null))
  }

  get rank(): number {
    return this.shape.length
  }

  /** The shape, with `null` for dimensions that are not known, and the dtype. */
  toString(): string {
    return `SymbolicTensor(shape=[${this.shape.map(String).join(', ')}], dtype=${this.dtype})`
  }
}
