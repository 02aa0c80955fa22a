import { slice } from '@gradus/tensor'
import { type Graph, type Node, numberingOf, type Op } from '@gradus/tensor/internals'

/**
 * Prepares a graph, whose outputs have the shapes and dtypes of its first inputs (all donated), for repetition on the same
 * buffers. The buffer of input i belongs to output i, so an output that is another input becomes a copy of it.
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
    // a slice of everything: a slice is computed, a view would share the buffer
    const params = { start: shape.map(() => 0), size: shape, step: shape.map(() => 1) }
    copies.push({ op: slice.op as Op, inputs: [value], params, aval: { shape, dtype } })
    return avals.length + copies.length - 1
  })
  return { ...graph, nodes: [...graph.nodes, ...copies], outputs, repeatable: true }
}

/** Throws `RangeError`, which names the method, for a number of runs that is not a whole number from 1. */
export function requireCount(method: string, count: number): void {
  if (Number.isInteger(count) && count >= 1) return
  throw new RangeError(`${method}: the count is ${count}; it must be a whole number from 1.`)
}
