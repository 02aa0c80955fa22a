import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import type { Group } from '../grouping/group.ts'
import { AxisMaker } from '../index/axes.ts'
import { Expressions } from '../index/expression.ts'
import { ravel } from '../index/integer.ts'
import type { LoopKernel, Pass } from '../kernels/kernel.ts'
import { refineLoops } from '../kernels/refine.ts'
import { readAt, readingFor, storeAt } from './group-reading.ts'

/** A loop over all elements, which are computed independently. */
export function lowerMap(analysis: GraphAnalysis, group: Group, outputs: readonly number[]): LoopKernel {
  const axes = new AxisMaker()
  const make = new Expressions()
  const reading = readingFor(analysis, group, make)
  const shape = longest(outputs.map((node) => analysis.node(node).aval.shape))
  const domain = axes.coordinates(shape)
  const position = ravel(domain.at, shape)
  // from the first node to the last, so that reading a long chain does not recurse
  for (const node of group.nodes) readAt(analysis, reading, node, position)
  const stores = outputs.map((node) => storeAt(analysis, reading, node, position))
  const pass: Pass = { reductions: [], stores, saves: [] }
  return refineLoops(
    { kind: 'loops', outer: domain.axes, inner: [], passes: [pass], rowStores: [], slots: 0, make },
    axes,
  )
}

/** The shape with the most dimensions, which needs the fewest divisions. */
function longest(shapes: readonly (readonly number[])[]): readonly number[] {
  return shapes.reduce((a, b) => (b.length > a.length ? b : a))
}
