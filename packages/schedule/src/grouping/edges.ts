import { sizeOf } from '@gradus/tensor'
import type { Program } from '../analysis/graph-analysis.ts'
import { Expressions } from '../index/expression.ts'
import { axisOf, constantIndex, type Index, indexOf, plus, ravel, times, unravel } from '../index/integer.ts'
import { mapRuleOf } from '../rules/map-rules.ts'
import { reductionRules } from '../rules/reduction-rules.ts'

/**
 * How a node's elements read those of a source: each the one at the same position; each source element at most once;
 * or anything else.
 */
type Relation = 'same' | 'once' | 'other'

/** A node that reads a value, perhaps through movements that cost nothing. */
export interface Edge {
  /** Number of the node that reads. */
  readonly consumer: number
  /** The input of the consumer. */
  readonly read: number
  /** What is behind the movements: a graph input, a constant, or the result of a node that is not free. */
  readonly source: number
  readonly relation: Relation
}

/** All edges into a node that is not free. */
export function edgesInto(program: Program, consumer: number): Edge[] {
  const node = program.graph.nodes[consumer]!
  if (program.readsMemory(consumer)) {
    return node.inputs.map((read): Edge => ({ consumer, read, source: program.roots[read]!, relation: 'other' }))
  }
  const edges: Edge[] = []
  const follow = (read: number, value: number, relation: Relation): void => {
    if (!program.isInlined(value)) {
      edges.push({ consumer, read, source: value, relation })
      return
    }
    const below = program.node(program.makerOf(value))
    const moved = mapRuleOf(below).once && relation !== 'other' ? 'once' : 'other'
    for (const input of below.inputs) follow(read, input, below.op.view ? relation : moved)
  }
  for (const read of node.inputs) follow(read, read, ownRelation(program, consumer))
  return edges
}

/** How a node reads its inputs, movements before it left aside. */
function ownRelation(program: Program, consumer: number): Relation {
  const node = program.graph.nodes[consumer]!
  if (program.roles[consumer] === 'reduce') return reductionRules[node.op.name]!.axes ? 'same' : 'once'
  if (program.roles[consumer] !== 'map') return 'other'
  if (node.op.elementwise) return 'same'
  return mapRuleOf(node).once ? 'once' : 'other'
}

/** Neighbouring dimensions that are all kept or all reduced. */
export interface Run {
  readonly size: number
  readonly reduced: boolean
}

/** The dimensions of a reduction's input as runs; those of size 1 do not count. */
export function runsOf(shape: readonly number[], reducedAxes: readonly number[]): Run[] {
  const runs: Run[] = []
  shape.forEach((size, axis) => {
    if (size === 1) return
    const reduced = reducedAxes.includes(axis)
    const last = runs.at(-1)
    if (last?.reduced === reduced) runs[runs.length - 1] = { size: last.size * size, reduced }
    else runs.push({ size, reduced })
  })
  return runs
}

/**
 * Whether an edge reads, at each position of the dimensions `runs`, the source element that belongs to the kept ones: the
 * result of a reduction, repeated over what was reduced.
 */
export function readsRows(program: Program, { consumer, read, source }: Edge, runs: readonly Run[]): boolean {
  // what moves elements itself does not read the one at its own position
  if (ownRelation(program, consumer) !== 'same') return false
  const axes = runs.map(({ size }, id) => axisOf(id, size))
  const joined = (list: readonly number[]): Index =>
    list.reduce((index, i) => plus(times(index, runs[i]!.size), indexOf(axes[i]!)), constantIndex(0))
  const all = runs.map((_, i) => i)
  const { shape } = program.aval(read)
  const place = placeIn(program, read, unravel(joined(all), shape), source)
  const row = joined(all.filter((i) => !runs[i]!.reduced))
  const target = program.aval(source).shape
  return place !== undefined && sizeOf(shape) > 0 && ravel(place, target).key === row.key
}

/** The coordinates in `source` of the element of `value` at `at`, through free nodes; undefined if it is not one element. */
function placeIn(program: Program, value: number, at: readonly Index[], source: number): readonly Index[] | undefined {
  if (value === source) return at
  const node = program.node(program.makerOf(value))
  if (node.inputs.length !== 1) return undefined
  let found: readonly Index[] | undefined
  const make = new Expressions()
  mapRuleOf(node).lower({
    node,
    inputs: program.inputsOf(node),
    at,
    make,
    read(_, coordinates) {
      found = placeIn(program, node.inputs[0]!, coordinates, source)
      return make.constant(node.aval.dtype, 0)
    },
  })
  return found
}
