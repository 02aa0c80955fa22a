import { type Graph, type Node, numberingOf, type Op, sliceOp } from '@gradus/tensor'

/**
 * `graph`, whose outputs have the shapes and dtypes of its first inputs (all donated), as one that can be repeated on the
 * same buffers: an output that is another input handed through becomes a copy, because the buffer of that input belongs to
 * the output of its own number.
 */
export function makeRepeatable(graph: Graph): Graph {
  const { avals, maker } = numberingOf(graph)
  const rootOf = (value: number): number => {
    const node = graph.nodes[maker[value]!]
    return node?.op.view ? rootOf(node.inputs[0]!) : value
  }
  const copies: Node[] = []
  const outputs = graph.outputs.map((value, index) => {
    const root = rootOf(value)
    if (root === index || root >= graph.inputs.length) return value
    const { shape, dtype } = avals[value]!
    // all of it: slices are computed, views would share the buffer
    const params = { start: shape.map(() => 0), size: shape, step: shape.map(() => 1) }
    copies.push({ op: sliceOp as Op, inputs: [value], params, aval: { shape, dtype } })
    return avals.length + copies.length - 1
  })
  return { ...graph, nodes: [...graph.nodes, ...copies], outputs, repeatable: true }
}
