import { sizeOf } from '@gradus/tensor'
import type { GraphAnalysis, Role } from '../analysis/graph-analysis.ts'
import { type DimensionRun, runsOf } from './edges.ts'

/**
 * Nodes that become one kernel. `map`: elementwise over `size` elements. `rows`: elementwise ops and reductions over the
 * dimensions `runs`. `contract`: a contraction and the elementwise ops on its result. `stores` and `opaque`: one node of
 * that role. `inlined` nodes are computed where they are read.
 */
export interface Group {
  readonly kind: 'map' | 'rows' | 'contract' | 'stores' | 'opaque'
  readonly nodes: readonly number[]
  readonly inlined: readonly number[]
  readonly size: number
  readonly runs: readonly DimensionRun[]
  /** The size of its code, at most `maxWeight` where it has several nodes. */
  readonly weight: number
}

/**
 * The largest kernel made of several nodes. Engines compile larger functions slowly or refuse them, and the passes over
 * expressions are recursive.
 */
export const maxWeight = 256

/** Rows of more elements than this are not read twice by one kernel, because they do not stay in the cache. */
const longestRow = 16384
/** The limit for rows that are not contiguous in memory. A kernel processes several of them together. */
const longestColumn = 1024

/** A group of one node that is not inlined. */
export function groupOf(analysis: GraphAnalysis, index: number): Group {
  const size = sizeOf(analysis.node(index).aval.shape)
  const group = { nodes: [index], inlined: [], size, runs: [], weight: analysis.weightOf(index) }
  const role = analysis.roles[index] as Exclude<Role, 'inlined'>
  if (role !== 'reduce') return { ...group, kind: role }
  const node = analysis.loweredNode(index)
  const { axes, inner } = analysis.rule(index, 'reduction')
  const { shape } = node.inputs[0]!
  if (axes) return { ...group, kind: 'rows', size: sizeOf(shape), runs: runsOf(shape, axes(node.params)) }
  const length = sizeOf(inner(node))
  const runs = [
    { size, reduced: false },
    { size: length, reduced: true },
  ]
  return { ...group, kind: 'rows', size: size * length, runs }
}

/**
 * One group for the nodes of two, or undefined where their loops differ or it would be too large. Does not check that values are available in time.
 */
export function joinedGroup(one: Group, other: Group): Group | undefined {
  const weight = one.weight + other.weight
  if (weight > maxWeight) return undefined
  const isAlone = ({ kind, inlined }: Group) => kind === 'opaque' || kind === 'stores' || inlined.length > 0
  if (isAlone(one) || isAlone(other)) return undefined
  const [rows, second] = one.kind === 'map' ? [other, one] : [one, other]
  if (rows.kind === 'rows') {
    if (second.kind === 'contract') return undefined
    const fits =
      second.kind === 'rows'
        ? sameRuns(rows.runs, second.runs)
        : second.size === rows.size || second.size === rowCount(rows.runs)
    return fits ? { ...rows, nodes: nodesOf(one, other), weight } : undefined
  }
  const contractions = [one, other].filter(({ kind }) => kind === 'contract').length
  if (one.size !== other.size || contractions > 1) return undefined
  return { ...one, kind: contractions === 1 ? 'contract' : 'map', nodes: nodesOf(one, other), weight }
}

/** The nodes of two groups in the order of the graph. */
function nodesOf(one: Group, other: Group): number[] {
  const nodes: number[] = []
  let next = 0
  for (const node of one.nodes) {
    while (next < other.nodes.length && other.nodes[next]! < node) nodes.push(other.nodes[next++]!)
    nodes.push(node)
  }
  while (next < other.nodes.length) nodes.push(other.nodes[next++]!)
  return nodes
}

/** The number of rows: the product of the dimensions that are kept. */
export function rowCount(runs: readonly DimensionRun[]): number {
  return runs.reduce((count, { size, reduced }) => (reduced ? count : count * size), 1)
}

/** Whether a kernel may go over a row several times. */
export function areShort(runs: readonly DimensionRun[]): boolean {
  const length = runs.reduce((count, { size, reduced }) => (reduced ? count * size : count), 1)
  return length <= (runs.at(-1)?.reduced ? longestRow : longestColumn)
}

function sameRuns(a: readonly DimensionRun[], b: readonly DimensionRun[]): boolean {
  return a.length === b.length && a.every(({ size, reduced }, i) => size === b[i]!.size && reduced === b[i]!.reduced)
}
