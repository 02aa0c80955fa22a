import { type Backend, BackendError } from '@gradus/tensor'
import { avalOf, type Executable, type Graph, type Node, numberingOf } from '@gradus/tensor/internals'
import { singleNode } from './single-node.ts'

/** Consecutive nodes that one backend executes. `inputs` and `outputs` are value numbers of the whole graph. */
export interface Segment {
  readonly backend: Backend
  readonly executable: Executable
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

/** The graph with constants as additional inputs, which keeps the numbers of all values. */
export function withoutConstants(graph: Graph): Graph {
  const constants = graph.constants.map(({ shape, dtype }) => ({ shape, dtype }))
  return { ...graph, inputs: [...graph.inputs, ...constants], constants: [] }
}

/** Divides a graph without constants between two backends: `other` gets the nodes that `first` refuses. */
export function segmentsOf(
  graph: Graph,
  first: Backend,
  other: Backend,
  refused: (what: string, error: BackendError) => void,
): Segment[] {
  const homes = graph.nodes.map((node) => {
    const result = attempt(() => first.compile(singleNode(graph, node)))
    if (!(result instanceof BackendError)) return first
    refused(`The op '${node.op.name}'`, result)
    return other
  })
  const segments: Segment[] = []
  let start = 0
  for (let end = 1; end <= homes.length; end++) {
    if (end < homes.length && homes[end] === homes[start]) continue
    const onto = (backend: Backend) => segmentOf(graph, start, end, backend)
    // a backend may refuse nodes together that it accepts one by one
    const segment = homes[start] === first ? attempt(() => onto(first)) : onto(other)
    if (segment instanceof BackendError) refused(`A program of ${end - start} nodes`, segment)
    segments.push(segment instanceof BackendError ? onto(other) : segment)
    start = end
  }
  return segments
}

/** The result of `compile`, or the `BackendError` that it throws. Other errors pass through. */
export function attempt<T>(compile: () => T): T | BackendError {
  try {
    return compile()
  } catch (error) {
    if (error instanceof BackendError) return error
    throw error
  }
}

function segmentOf(graph: Graph, start: number, end: number, backend: Backend): Segment {
  const { avals, first } = numberingOf(graph)
  // the range of the values that these nodes make
  const [from, to] = [first[start]!, first[end] ?? avals.length]
  const inside = (value: number) => value >= from && value < to
  const nodes = graph.nodes.slice(start, end)
  const inputs = [...new Set(nodes.flatMap((node) => node.inputs.filter((value) => !inside(value))))]
  const later = new Set([...graph.nodes.slice(end).flatMap((node) => node.inputs), ...graph.outputs])
  const outputs = avals.flatMap((_, value) => (inside(value) && later.has(value) ? [value] : []))
  const renamed = (value: number) => (inside(value) ? inputs.length + value - from : inputs.indexOf(value))
  const part: Graph = {
    inputs: inputs.map((value) => avalOf(graph, value)),
    constants: [],
    nodes: nodes.map((node): Node => ({ ...node, inputs: node.inputs.map(renamed) })),
    outputs: outputs.map(renamed),
    donated: [],
  }
  return { backend, executable: backend.compile(part), inputs, outputs }
}
