import type { LifetimePlan } from '@gradus/graph/internals'
import type { DType } from '@gradus/tensor'
import type { Aval, Node } from '@gradus/tensor/internals'
import type { Combine } from '@gradus/tensor/lowering'
import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import type { Expression, Expressions } from '../index/expression.ts'
import type { Axis, Index } from '../index/integer.ts'

/** Stores an expression in a value of the graph, at a position in row-major order. */
export interface Store {
  readonly value: number
  readonly index: Index
  readonly expression: Expression
  /** The dtype of the value in memory. */
  readonly stored: DType
  /** Adds to the stored element where `only` holds. Several elements may have one target, so the loops must run in order. */
  readonly add?: { readonly only: Expression }
}

/** Stores an expression in a row buffer for a later pass; `index` is the position within the row. */
export interface Save {
  readonly slot: number
  readonly index: Index
  readonly expression: Expression
}

export interface RowReduction {
  readonly id: number
  readonly combine: Combine
  readonly expression: Expression
  /** The position of the element in its row, for `argMax` and `argMin`. */
  readonly position?: Index
}

/** One iteration over the inner loops. */
export interface Pass {
  readonly reductions: readonly RowReduction[]
  readonly stores: readonly Store[]
  readonly saves: readonly Save[]
}

/**
 * Loops over `outer`. Each iteration runs the passes over `inner` in order, where later passes use the reductions of
 * earlier ones, and then the `rowStores`. Without `inner` there is one pass, which runs once per iteration.
 */
export interface LoopKernel {
  readonly kind: 'loops'
  readonly outer: readonly Axis[]
  readonly inner: readonly Axis[]
  readonly passes: readonly Pass[]
  readonly rowStores: readonly Store[]
  /** The number of row buffers. */
  readonly slots: number
  readonly make: Expressions
}

/** Sums of products, `sum over k of a[batch, m, k] * b[batch, k, n]`, and the stores of expressions of each sum. */
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

/** A node for which code generators have code that works on arrays in memory. */
export interface OpaqueKernel {
  readonly kind: 'opaque'
  readonly node: Node
  readonly inputs: readonly number[]
  readonly inputAvals: readonly Aval[]
  readonly outputs: readonly number[]
  /** The schedule of the graph that the op runs, such as the body of a loop. */
  readonly body?: KernelSchedule
}

export type FusedKernel = LoopKernel | ContractionKernel | OpaqueKernel

/** How a kernel uses memory. */
export interface KernelAccess {
  readonly reads: readonly number[]
  readonly writes: readonly number[]
  /** For each value written, the values read whose memory it may overwrite. */
  readonly overwritable: ReadonlyMap<number, readonly number[]>
}

/** The memory traffic and the work of one run of a kernel. */
export interface KernelCost {
  /** The sizes of the values read or written, each counted once. */
  readonly bytes: number
  /** Additions, multiplications and the like; a costly function counts as several. */
  readonly operations: number
}

/** A kernel with its memory use and its cost. */
export interface ScheduledKernel extends KernelAccess {
  readonly kernel: FusedKernel
  readonly cost: KernelCost
}

/** A graph as kernels in execution order, with a place for every value that goes through memory. */
export interface KernelSchedule {
  readonly analysis: GraphAnalysis
  readonly kernels: readonly ScheduledKernel[]
  readonly plan: LifetimePlan
}
