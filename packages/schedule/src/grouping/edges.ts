import { sizeOf } from '@gradus/tensor'
import { elementRuleOf } from '../analysis/element-rule.ts'
import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import { Expressions } from '../index/expression.ts'
import {
  axisOf,
  constantIndex,
  type Index,
  indexArithmetic,
  indexOf,
  plus,
  ravel,
  times,
  unravel,
} from '../index/integer.ts'

/**
 * How the elements of a node read those of a source. `same`: each reads the element at its own position. `once`: each
 * source element is read at most once. `other`: anything else.
 */
type Relation = 'same' | 'once' | 'other'

/** A node that reads a value, directly or through inlined nodes. */
export interface Edge {
  /** Number of the node that reads. */
  readonly consumer: number
  /** The input of the consumer. */
  readonly read: number
  /** The value behind the inlined nodes: a graph input, a constant, or the result of a node that is not inlined. */
  readonly source: number
  readonly relation: Relation
}

/** All edges into a node that is not inlined. */
export function edgesInto(analysis: GraphAnalysis, consumer: number): Edge[] {
  const node = analysis.node(consumer)
  if (analysis.roles[consumer] === 'opaque') {
    return node.inputs.map((read): Edge => ({ consumer, read, source: analysis.roots[read]!, relation: 'other' }))
  }
  const edges: Edge[] = []
  const follow = (read: number, value: number, relation: Relation): void => {
    if (!analysis.isInlined(value)) {
      edges.push({ consumer, read, source: value, relation })
      return
    }
    const maker = analysis.makerOf(value)
    const below = analysis.node(maker)
    const moved = elementRuleOf(analysis, maker).once && relation !== 'other' ? 'once' : 'other'
    for (const input of below.inputs) follow(read, input, below.op.view ? relation : moved)
  }
  for (const read of node.inputs) follow(read, read, ownRelation(analysis, consumer))
  return edges
}

/** How a node reads its own inputs. */
function ownRelation(analysis: GraphAnalysis, consumer: number): Relation {
  const role = analysis.roles[consumer]
  if (role === 'reduce') return analysis.rule(consumer, 'reduction').axes ? 'same' : 'once'
  if (role !== 'map') return 'other'
  if (analysis.isElementwise(consumer)) return 'same'
  return elementRuleOf(analysis, consumer).once ? 'once' : 'other'
}

/** Adjacent dimensions that are all kept or all reduced. */
export interface DimensionRun {
  readonly size: number
  readonly reduced: boolean
}

/** The input dimensions of a reduction as runs. Dimensions of size 1 are left out. */
export function runsOf(shape: readonly number[], reducedAxes: readonly number[]): DimensionRun[] {
  const runs: DimensionRun[] = []
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
 * Whether each position along `runs` reads the source element of its row, as where the result of a reduction is broadcast
 * back.
 */
export function readsRows(
  analysis: GraphAnalysis,
  { consumer, read, source }: Edge,
  runs: readonly DimensionRun[],
): boolean {
  // a node that moves elements does not read at its own position
  if (ownRelation(analysis, consumer) !== 'same') return false
  const axes = runs.map(({ size }, id) => axisOf(id, size))
  const joined = (list: readonly number[]): Index =>
    list.reduce((index, i) => plus(times(index, runs[i]!.size), indexOf(axes[i]!)), constantIndex(0))
  const all = runs.map((_, i) => i)
  const { shape } = analysis.aval(read)
  const at = coordinatesIn(analysis, read, unravel(joined(all), shape), source)
  const row = joined(all.filter((i) => !runs[i]!.reduced))
  const target = analysis.aval(source).shape
  return at !== undefined && sizeOf(shape) > 0 && ravel(at, target).key === row.key
}

/**
 * Follows the element of `value` at `at` through inlined nodes to `source`, and returns its coordinates there. Undefined
 * where the element does not come from exactly one element.
 */
function coordinatesIn(
  analysis: GraphAnalysis,
  value: number,
  at: readonly Index[],
  source: number,
): readonly Index[] | undefined {
  if (value === source) return at
  const maker = analysis.makerOf(value)
  const { inputs, aval } = analysis.node(maker)
  if (inputs.length !== 1) return undefined
  let found: readonly Index[] | undefined
  const make = new Expressions()
  elementRuleOf(analysis, maker).element(analysis.loweredNode(maker), at, {
    index: indexArithmetic,
    make,
    read(_, coordinates) {
      found = coordinatesIn(analysis, inputs[0]!, coordinates, source)
      return make.constant(aval.dtype, 0)
    },
  })
  return found
}
