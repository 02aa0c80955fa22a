import type { Aval } from './aval.ts'
import type { Op } from './op.ts'
import type { Tensor } from './tensor.ts'

/** One application of an op; `inputs` are value numbers. */
export interface Node {
  readonly op: Op
  readonly inputs: readonly number[]
  readonly params: unknown
  /** Shape and dtype of the output; of the first output if there are several. */
  readonly aval: Aval
  /** Shape and dtype of each output, only for ops with several. */
  readonly avals?: readonly Aval[]
}

/**
 * A straight-line program. Values are numbered: first the inputs, then the constants, then the outputs of the nodes, in
 * order. A node reads only values with smaller numbers. Nearly all nodes have one output; `numberingOf` says which values
 * belong to which node.
 */
export interface Graph {
  readonly inputs: readonly Aval[]
  /** The maker of the graph keeps them alive and unchanged as long as programs made from it run. */
  readonly constants: readonly Tensor[]
  readonly nodes: readonly Node[]
  readonly outputs: readonly number[]
  /** Inputs (by number) whose buffers the program may give to outputs; the caller no longer reads them. */
  readonly donated: readonly number[]
  /**
   * Whether the program can be run again on its results: output i has the shape and dtype of input i, which is donated, and
   * is not another input. Plans then keep output i in the buffer of input i.
   */
  readonly repeatable?: boolean
}

/** The numbers of the values of a graph. */
export interface Numbering {
  /** Shape and dtype of each value. */
  readonly avals: readonly Aval[]
  /** The number of each node's first output. The numbers of its other outputs follow. */
  readonly first: readonly number[]
  /** The index of the node that makes each value; -1 for inputs and constants. */
  readonly maker: readonly number[]
}

/** A node with the outputs that `avals` describes. */
export function makeNode(op: Op, inputs: readonly number[], params: unknown, avals: readonly Aval[]): Node {
  const node = { op, inputs, params, aval: avals[0]! }
  return avals.length === 1 ? node : { ...node, avals }
}

/** Shape and dtype of each output of a node. */
export function avalsOf(node: Node): readonly Aval[] {
  return node.avals ?? [node.aval]
}

const numberings = new WeakMap<Graph, Numbering>()

/** Numbers the values of a graph. */
export function numberingOf(graph: Graph): Numbering {
  let numbering = numberings.get(graph)
  if (!numbering) numberings.set(graph, (numbering = number(graph)))
  return numbering
}

function number({ inputs, constants, nodes }: Graph): Numbering {
  const avals: Aval[] = [...inputs, ...constants]
  const maker: number[] = avals.map(() => -1)
  const first = nodes.map((node, index) => {
    const value = avals.length
    for (const aval of avalsOf(node)) {
      avals.push(aval)
      maker.push(index)
    }
    return value
  })
  return { avals, first, maker }
}

/** The numbers of the outputs of node number `index`. */
export function valuesOf(graph: Graph, index: number): number[] {
  const first = numberingOf(graph).first[index]!
  const { avals } = graph.nodes[index]!
  return avals ? avals.map((_, output) => first + output) : [first]
}

/** Whether a value among the params of an op is a graph. */
export function isGraph(value: unknown): value is Graph {
  return typeof value === 'object' && value !== null && 'nodes' in value && 'donated' in value
}

/** The graph that a higher-order op such as `scan` runs, from its params; undefined for the params of other ops. */
export function bodyOf(params: unknown): Graph | undefined {
  const body = (params as { readonly body?: unknown } | null | undefined)?.body
  return isGraph(body) ? body : undefined
}

/** Shape and dtype of value number `value`. */
export function avalOf(graph: Graph, value: number): Aval {
  return numberingOf(graph).avals[value]!
}
