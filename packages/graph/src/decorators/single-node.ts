import { avalOf, avalsOf, type Graph, type Node } from '@gradus/tensor/internals'

/** A graph of one node. Its inputs are the values that the node reads. */
export function singleNode(graph: Graph, node: Node): Graph {
  return {
    inputs: node.inputs.map((value) => avalOf(graph, value)),
    constants: [],
    nodes: [{ ...node, inputs: node.inputs.map((_, index) => index) }],
    outputs: avalsOf(node).map((_, output) => node.inputs.length + output),
    donated: [],
  }
}
