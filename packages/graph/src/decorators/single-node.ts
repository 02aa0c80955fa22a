import { avalOf, avalsOf, type Graph, type Node } from '@gradus/tensor'

/** One node of a graph as a graph of its own; every value that it reads is an input. */
export function singleNode(graph: Graph, node: Node): Graph {
  return {
    inputs: node.inputs.map((value) => avalOf(graph, value)),
    constants: [],
    nodes: [{ ...node, inputs: node.inputs.map((_, index) => index) }],
    outputs: avalsOf(node).map((_, output) => node.inputs.length + output),
    donated: [],
  }
}
