import {
  type Aval,
  avalOf,
  type ConvParams,
  convOp,
  type Graph,
  type Node,
  type Op,
  padOp,
  type SliceParams,
  sliceOp,
} from '@gradus/tensor'

/**
 * The graph with convolutions whose input has padding or gaps as two nodes: the input is padded (or cut, where padding is
 * negative) in memory once, and the convolution reads it without asking where it is.
 */
export function explicitPadding(graph: Graph): Graph {
  if (!graph.nodes.some((node) => node.op === (convOp as Op) && needsPadding(node.params as ConvParams))) return graph
  const first = graph.inputs.length + graph.constants.length
  const renamed: number[] = Array.from({ length: first }, (_, value) => value)
  const nodes: Node[] = []
  let count = first
  const add = (node: Node): number => {
    nodes.push(node)
    const value = count
    count += node.avals?.length ?? 1
    return value
  }
  for (const original of graph.nodes) {
    const node = { ...original, inputs: original.inputs.map((value) => renamed[value]!) }
    const outputs = original.avals?.length ?? 1
    let value: number
    if (node.op === (convOp as Op) && needsPadding(node.params as ConvParams)) {
      const params = node.params as ConvParams
      const padded = padInput(avalOf(graph, original.inputs[0]!), node.inputs[0]!, params, add)
      const plain: ConvParams = {
        ...params,
        padding: params.padding.map(() => [0, 0] as const),
        inputDilation: params.inputDilation.map(() => 1),
      }
      value = add({ ...node, inputs: [padded, node.inputs[1]!], params: plain })
    } else value = add(node)
    for (let output = 0; output < outputs; output++) renamed.push(value + output)
  }
  return { ...graph, nodes, outputs: graph.outputs.map((value) => renamed[value]!) }
}

function needsPadding({ padding, inputDilation }: ConvParams): boolean {
  return padding.some(([low, high]) => low !== 0 || high !== 0) || inputDilation.some((gap) => gap !== 1)
}

function padInput(aval: Aval, input: number, params: ConvParams, add: (node: Node) => number): number {
  const { padding, inputDilation } = params
  const outside = (amounts: readonly number[]) => [0, ...amounts.map((amount) => Math.max(0, amount)), 0]
  const low = outside(padding.map(([before]) => before))
  const high = outside(padding.map(([, after]) => after))
  const interior = [0, ...inputDilation.map((gap) => gap - 1), 0]
  const padParams = { low, high, interior }
  const padded = padOp.shape([aval], padParams)
  const value = add({ op: padOp as Op, inputs: [input], params: padParams, aval: padded })
  if (padding.every(([before, after]) => before >= 0 && after >= 0)) return value
  const start = outside(padding.map(([before]) => -before))
  const size = padded.shape.map((length, axis) => length - start[axis]! - Math.max(0, -(padding[axis - 1]?.[1] ?? 0)))
  const cut: SliceParams = { start, size, step: start.map(() => 1) }
  return add({ op: sliceOp as Op, inputs: [value], params: cut, aval: sliceOp.shape([padded], cut) })
}
