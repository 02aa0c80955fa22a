import type { DType } from './dtype.ts'

/** Dimensions from the outermost to the innermost; `null` for one that is not known in advance. */
export type SymbolicShape = readonly (number | null)[]

/** What makes the symbolic tensors of a functional model, and records the operations on them. */
export interface SymbolicSource {
  /** Records a call of `run` whose arguments hold symbolic tensors. Returns what `run` returns, with symbolic tensors. */
  record(name: string, run: (...args: never) => unknown, args: readonly unknown[]): unknown
}

/** A tensor in a functional model: the result of a call, with a shape and a dtype and no value. */
export class SymbolicTensor {
  constructor(
    readonly shape: SymbolicShape,
    readonly dtype: DType,
    readonly source: SymbolicSource,
  ) {}

  get rank(): number {
    return this.shape.length
  }
}
