import type { Aval } from './aval.ts'
import type { Op } from './op.ts'
import type { Tensor } from './tensor.ts'

/** One application of an op; `inputs` are value numbers. */
export interface Node {
  readonly op: Op
  readonly inputs: readonly number[]
  readonly params: unknown
  readonly aval: Aval
}

/**
 * A straight-line program. Values are numbered: first the inputs, then the constants, then the nodes, in order.
 * A node reads only values with smaller numbers.
 */
export interface Graph {
  readonly inputs: readonly Aval[]
  /** Kept alive and unchanged, as long as programs made from the graph run, by whoever makes them. */
  readonly constants: readonly Tensor[]
  readonly nodes: readonly Node[]
  readonly outputs: readonly number[]
  /** Inputs (by number) whose buffers the program may give to outputs; the caller no longer reads them. */
  readonly donated: readonly number[]
}

/** What is known of value number `value`. */
export function avalOf(graph: Graph, value: number): Aval {
  if (value < graph.inputs.length) return graph.inputs[value]!
  const constant = value - graph.inputs.length
  if (constant < graph.constants.length) return graph.constants[constant]!
  return graph.nodes[constant - graph.constants.length]!.aval
}
