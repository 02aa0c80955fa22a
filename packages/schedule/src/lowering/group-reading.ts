import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import type { Group } from '../grouping/group.ts'
import type { Expression, Expressions } from '../index/expression.ts'
import { type Index, unravel } from '../index/integer.ts'
import type { Store } from '../kernels/kernel.ts'
import { Reading } from './reading.ts'

/** The reading of a group's kernel. `combined` gives the elements of its reductions or its contraction. */
export function readingFor(
  analysis: GraphAnalysis,
  { nodes, inlined }: Pick<Group, 'nodes' | 'inlined'>,
  make: Expressions,
  combined?: (node: number) => Expression,
): Reading {
  const own = new Set([...nodes, ...inlined])
  return new Reading(analysis, make, (node) => own.has(node), combined)
}

/** The store of a node's element at a position in row-major order. */
export function storeAt(analysis: GraphAnalysis, reading: Reading, node: number, position: Index): Store {
  const { dtype } = analysis.node(node).aval
  return {
    value: analysis.valueOf(node),
    index: position,
    expression: readAt(analysis, reading, node, position),
    stored: dtype,
  }
}

/** A node's element at a position in row-major order. */
export function readAt(analysis: GraphAnalysis, reading: Reading, node: number, position: Index): Expression {
  return reading.read(analysis.valueOf(node), unravel(position, analysis.node(node).aval.shape))
}
