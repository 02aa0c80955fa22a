import { avalsOf } from '@gradus/tensor'
import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import type { WholeKernel } from '../kernels/kernel.ts'

/** The kernel of a node for which code generators have code. */
export function lowerWhole(analysis: GraphAnalysis, index: number): WholeKernel {
  const node = analysis.node(index)
  const first = analysis.valueOf(index)
  return {
    kind: 'whole',
    node,
    inputs: node.inputs.map((value) => analysis.roots[value]!),
    inputAvals: node.inputs.map((value) => analysis.aval(value)),
    outputs: avalsOf(node).map((_, output) => first + output),
  }
}
