import { valuesOf } from '@gradus/tensor/internals'
import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import type { OpaqueKernel } from '../kernels/kernel.ts'

/** The kernel of an opaque node. */
export function lowerOpaque(analysis: GraphAnalysis, index: number): OpaqueKernel {
  const node = analysis.node(index)
  return {
    kind: 'opaque',
    node,
    inputs: node.inputs.map((value) => analysis.roots[value]!),
    inputAvals: node.inputs.map((value) => analysis.aval(value)),
    outputs: valuesOf(analysis.graph, index),
  }
}
