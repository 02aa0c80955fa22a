import type { Backend } from '@gradus/tensor'
import type { Aval, Executable, Graph } from '@gradus/tensor/internals'

/** The program of a compiled function for one form of its arguments. */
export interface Specialization<R> {
  readonly backend: Backend
  /** The arguments, with tensors that have no values. */
  readonly form: readonly unknown[]
  readonly executable: Executable
  readonly graph: Graph
  readonly result: R
  readonly outputs: readonly Aval[]
  /** Why the result cannot become the first argument of the next call; undefined where it can. */
  readonly obstacle: string | undefined
}
