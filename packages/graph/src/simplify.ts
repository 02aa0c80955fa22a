import { sameShape } from '@gradus/tensor'
import {
  type Aval,
  avalsOf,
  bodyOf,
  canonical,
  type Graph,
  type Node,
  type Op,
  paramsKey,
  valuesOf,
} from '@gradus/tensor/internals'

/**
 * An equivalent graph with less work: equal nodes are merged, movements that undo or repeat each other are joined, and
 * nodes that no output needs are dropped. Each op declares how it may be joined (`view`, `merge`, `trivial`). The bodies of
 * loops are simplified, too.
 */
export function simplify(graph: Graph): Graph {
  return dropDead(mergeEqual(graph))
}

/** The node with its body simplified, if it has one. */
function simplifyBody(node: Node): Node {
  const body = bodyOf(node.params)
  if (!body) return node
  return { ...node, params: { ...(node.params as object), body: canonical(simplify(body)) } }
}

function mergeEqual(graph: Graph): Graph {
  const nodes: Node[] = []
  const known = new Map<string, number>()
  const opNumbers = new Map<Op, number>()
  // the values of the new graph and the nodes that make them
  const avals: Aval[] = [...graph.inputs, ...graph.constants]
  const makers: (Node | undefined)[] = avals.map(() => undefined)
  const renamed = avals.map((_, value) => value)
  const avalAt = (value: number): Aval => avals[value]!
  const nodeAt = (value: number): Node | undefined => makers[value]

  for (const original of graph.nodes) {
    const node = joined(
      { ...simplifyBody(original), inputs: original.inputs.map((value) => renamed[value]!) },
      nodeAt,
      avalAt,
    )
    const source = node.inputs[0]
    if (source !== undefined && node.inputs.length === 1 && isTrivial(node, avalAt(source))) {
      renamed.push(source)
      continue
    }
    if (!opNumbers.has(node.op)) opNumbers.set(node.op, opNumbers.size)
    const key = `${opNumbers.get(node.op)}|${node.inputs.join()}|${paramsKey(node.params)}`
    let value = known.get(key)
    const made = avalsOf(node)
    if (value === undefined) {
      value = avals.length
      known.set(key, value)
      nodes.push(node)
      for (const aval of made) {
        avals.push(aval)
        makers.push(node)
      }
    }
    for (let output = 0; output < made.length; output++) renamed.push(value + output)
  }
  return { ...graph, nodes, outputs: graph.outputs.map((value) => renamed[value]!) }
}

// Joins an op with the same op or a view below it, into one application.
function joined(node: Node, nodeAt: (value: number) => Node | undefined, avalAt: (value: number) => Aval): Node {
  let current = node
  for (;;) {
    if (current.inputs.length !== 1) return current
    const inner = nodeAt(current.inputs[0]!)
    if (!inner) return current
    const merged = onInputOf(current, inner)
    if (!merged || !fits(merged, avalAt(merged.inputs[0]!))) return current
    current = merged
  }
}

function onInputOf(outer: Node, inner: Node): Node | undefined {
  if (inner.inputs.length !== 1 || inner.op.barrier) return undefined
  if (outer.op.view && inner.op.view) return { ...outer, inputs: inner.inputs }
  if (outer.op !== inner.op || !outer.op.merge) return undefined
  return { ...outer, inputs: inner.inputs, params: outer.op.merge(outer.params, inner.params) }
}

function fits(node: Node, input: Aval): boolean {
  const aval = node.op.shape([input], node.params)
  return aval.dtype === node.aval.dtype && sameShape(aval.shape, node.aval.shape)
}

function isTrivial(node: Node, input: Aval): boolean {
  if (node.op.barrier) return false
  if (input.dtype !== node.aval.dtype || !sameShape(input.shape, node.aval.shape)) return false
  return node.op.view === true || node.op.trivial?.(node.params) === true
}

function dropDead(graph: Graph): Graph {
  const needed = new Set(graph.outputs)
  // a node is needed with all its outputs or not at all
  const isNeeded = (index: number) => valuesOf(graph, index).some((value) => needed.has(value))
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    if (isNeeded(index)) for (const value of graph.nodes[index]!.inputs) needed.add(value)
  }
  const constants = graph.constants.filter((_, index) => needed.has(graph.inputs.length + index))
  const renamed = new Map<number, number>()
  graph.inputs.forEach((_, value) => renamed.set(value, value))
  graph.constants.forEach((_, index) => {
    const value = graph.inputs.length + index
    if (needed.has(value)) renamed.set(value, renamed.size)
  })
  const nodes: Node[] = []
  graph.nodes.forEach((node, index) => {
    if (!isNeeded(index)) return
    nodes.push({ ...node, inputs: node.inputs.map((value) => renamed.get(value)!) })
    for (const value of valuesOf(graph, index)) renamed.set(value, renamed.size)
  })
  return { ...graph, constants, nodes, outputs: graph.outputs.map((value) => renamed.get(value)!) }
}
