import type { DType } from './dtype.ts'

/** Dimensions from the outermost to the innermost; `null` for one that is not known in advance. */
export type SymbolicShape = readonly (number | null)[]

/** What a symbolic tensor stands for: a dtype, or strings, which stay on the host. */
export type SymbolicDType = DType | 'string'

/**
 * A dimension that is not known in advance. It has an identity: equal objects are the same size in every batch. `sizes` are
 * those that it is given when shapes are worked out by trying.
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
    this.shape = sizes.map((size) => (typeof size === 'number' ? size : null))
  }

  get rank(): number {
    return this.shape.length
  }
}
