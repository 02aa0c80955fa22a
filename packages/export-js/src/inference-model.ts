import type { BaseLayer, Structure } from '@gradus/core'
import type { DType, SymbolicTensor } from '@gradus/tensor'

/** A model that can be traced: a `Sequential`, a functional or a subclassed `Model`. */
export interface InferenceModel extends BaseLayer {
  build(): unknown
  readonly network?:
    | { readonly inputs: readonly SymbolicTensor[]; readonly outputs: readonly SymbolicTensor[] }
    | undefined
  readonly inputs: Structure<SymbolicTensor>
  readonly outputs: Structure<SymbolicTensor>
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** What turns rows of a table into inputs, as `@gradus/tables` saves it with a model. */
  readonly table?: Readonly<Record<string, unknown>>
}

/** An input or an output of a graph of inference. */
export interface Port {
  readonly name: string
  /** The shape of one sample, without the batch. */
  readonly shape: readonly number[]
  readonly dtype: DType
}

/** Options of `inferenceGraph`. */
export interface InferenceGraphOptions {
  /**
   * The shape of one sample, for a model that does not know all sizes: of the only input, or of all inputs by name. Sizes that the
   * model knows must be the same.
   */
  readonly inputShape?: readonly number[] | Readonly<Record<string, readonly number[]>>
}
