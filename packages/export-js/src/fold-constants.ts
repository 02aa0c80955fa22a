import { sizeOf, type Tensor } from '@gradus/tensor'
import {
  type Aval,
  applyAll,
  avalsOf,
  bytesPerElement,
  type Graph,
  makeNode,
  type Node,
  numberingOf,
  valuesOf,
} from '@gradus/tensor/internals'
import { loweringOf } from '@gradus/tensor/lowering'

/**
 * Computes what depends on constants only and is not larger than these, such as the scale of a batch normalization, and makes it
 * constant. Constants that are only moved stay as they are. Nodes that no output needs any more stay in the graph.
 */
export function foldConstants(graph: Graph): Graph {
  const foldable = new Set(foldableValues(graph))
  const isFolded = (index: number) => valuesOf(graph, index).every((value) => foldable.has(value))
  const used = graph.nodes.flatMap((node, index) => (isFolded(index) ? [] : node.inputs))
  const folded = [...new Set([...used, ...graph.outputs])].filter((value) => foldable.has(value))
  if (folded.length === 0) return graph
  const values = evaluate(graph, folded)
  return rewritten(graph, new Map(folded.map((value, index) => [value, values[index]!])))
}

/** The values that are computed from constants, and are not larger. */
function foldableValues(graph: Graph): number[] {
  const { inputs, constants, nodes } = graph
  const { avals } = numberingOf(graph)
  // the constants that a value is made of, and whether more than a movement made it; undefined if it depends on an input
  const sources: ({ readonly of: ReadonlySet<number>; readonly isComputed: boolean } | undefined)[] = []
  for (let value = 0; value < inputs.length + constants.length; value++) {
    sources.push(value < inputs.length ? undefined : { of: new Set([value]), isComputed: false })
  }
  for (const node of nodes) {
    const parts = node.inputs.map((value) => sources[value])
    const known = parts.flatMap((part) => part ?? [])
    const made =
      known.length === parts.length
        ? {
            of: new Set(known.flatMap(({ of }) => [...of])),
            isComputed: !isMovement(node) || known.some(({ isComputed }) => isComputed),
          }
        : undefined
    sources.push(...avalsOf(node).map(() => made))
  }
  return sources.flatMap((source, value) => {
    if (!source?.isComputed || source.of.size === 0) return []
    const limit = [...source.of].reduce((sum, constant) => sum + bytes(avals[constant]!), 0)
    return bytes(avals[value]!) <= limit ? [value] : []
  })
}

function isMovement({ op }: Node): boolean {
  const rule = loweringOf(op)
  return rule?.kind === 'element' && rule.inlined === true
}

function bytes({ shape, dtype }: Aval): number {
  return sizeOf(shape) * bytesPerElement(dtype)
}

/** Computes values of a graph that depend on constants only. */
function evaluate(graph: Graph, wanted: readonly number[]): Tensor[] {
  const { inputs, constants, nodes } = graph
  const needed = new Set(wanted)
  for (let index = nodes.length - 1; index >= 0; index--) {
    if (valuesOf(graph, index).some((value) => needed.has(value)))
      for (const value of nodes[index]!.inputs) needed.add(value)
  }
  const values: (Tensor | undefined)[] = [...inputs.map(() => undefined), ...constants]
  nodes.forEach((node, index) => {
    const isNeeded = valuesOf(graph, index).some((value) => needed.has(value))
    const from = node.inputs.map((value) => values[value]!)
    values.push(...(isNeeded ? applyAll(node.op, from, node.params) : avalsOf(node).map(() => undefined)))
  })
  return wanted.map((value) => values[value]!)
}

/** The graph with further constants in place of values. */
function rewritten(graph: Graph, known: ReadonlyMap<number, Tensor>): Graph {
  const before = graph.inputs.length + graph.constants.length
  const added = new Map([...known.keys()].map((value, index) => [value, before + index]))
  const moved = (value: number) => added.get(value) ?? (value < before ? value : value + added.size)
  return {
    ...graph,
    constants: [...graph.constants, ...known.values()],
    nodes: graph.nodes.map((node) => makeNode(node.op, node.inputs.map(moved), node.params, avalsOf(node))),
    outputs: graph.outputs.map(moved),
  }
}
