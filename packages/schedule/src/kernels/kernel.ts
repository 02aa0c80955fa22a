import type { LifetimePlan } from '@gradus/graph'
import type { Aval, DType, Node } from '@gradus/tensor'
import type { Combine } from '@gradus/tensor/lowering'
import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import type { Expression, Expressions } from '../index/expression.ts'
import type { Axis, Index } from '../index/integer.ts'

/** Puts an expression into a value of the graph, at a position in row-major order. */
export interface Store {
  readonly value: number
  readonly index: Index
  readonly expression: Expression
  /** The dtype of the value in memory. */
  readonly stored: DType
  /** Adds to what is there, where `only` holds; several elements may go to one place, so the order of loops counts. */
  readonly add?: { readonly only: Expression }
}

/** Keeps an expression in a row-local buffer for a later pass; `index` counts the elements of the row. */
export interface Save {
  readonly slot: number
  readonly index: Index
  readonly expression: Expression
}

export interface RowReduction {
  readonly id: number
  readonly combine: Combine
  readonly expression: Expression
  /** Which element of the row this is, where the result is a place. */
  readonly position?: Index
}

/** One walk over the inner loops. */
export interface Pass {
  readonly reductions: readonly RowReduction[]
  readonly stores: readonly Store[]
  readonly saves: readonly Save[]
}

/**
 * Loops over `outer`; for each place there the passes over `inner` one after the other, later ones using what earlier ones
 * reduced; then the stores `rows`. Without `inner` there is one pass that visits each place of `outer` once.
 */
export interface LoopKernel {
  readonly kind: 'loops'
  readonly outer: readonly Axis[]
  readonly inner: readonly Axis[]
  readonly passes: readonly Pass[]
  readonly rowStores: readonly Store[]
  /** How many row-local buffers there are. */
  readonly slots: number
  readonly make: Expressions
}

/** Sums of products, `sum over k of a[batch, m, k] * b[batch, k, n]`, and what is stored of each sum. */
export interface ContractionKernel {
  readonly kind: 'contraction'
  readonly batch: readonly Axis[]
  readonly m: readonly Axis[]
  readonly n: readonly Axis[]
  readonly k: readonly Axis[]
  readonly a: Expression
  readonly b: Expression
  readonly stores: readonly Store[]
  readonly make: Expressions
}

/** One node that has code of its own over arrays in memory. */
export interface OpaqueKernel {
  readonly kind: 'opaque'
  readonly node: Node
  readonly inputs: readonly number[]
  readonly inputAvals: readonly Aval[]
  readonly outputs: readonly number[]
  /** The graph that the op runs, such as the step of a loop. */
  readonly body?: KernelSchedule
}

export type FusedKernel = LoopKernel | ContractionKernel | OpaqueKernel

/** What a kernel does with memory, by value numbers. */
export interface KernelAccess {
  readonly reads: readonly number[]
  readonly writes: readonly number[]
  /** For each written value the read ones in whose memory it may be written. */
  readonly overwritable: ReadonlyMap<number, readonly number[]>
}

/** What one run of a kernel moves and computes. */
export interface KernelCost {
  /** Each value read or written counted once, whole. */
  readonly bytes: number
  /** Additions, multiplications and the like; costly functions count as several. */
  readonly operations: number
}

/** A kernel with what it reads, writes and costs. */
export interface ScheduledKernel extends KernelAccess {
  readonly kernel: FusedKernel
  readonly cost: KernelCost
}

/** A graph as kernels in the order of their execution, with a place for every value that goes through memory. */
export interface KernelSchedule {
  readonly analysis: GraphAnalysis
  readonly kernels: readonly ScheduledKernel[]
  readonly plan: LifetimePlan
}
