import type { StoreLoop } from '@gradus/tensor/lowering'
import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import { AxisMaker } from '../index/axes.ts'
import { Expressions } from '../index/expression.ts'
import { ravel } from '../index/integer.ts'
import type { LoopKernel } from '../kernels/kernel.ts'
import { refineLoops } from '../kernels/refine.ts'
import { Reading } from './reading.ts'

/** One kernel per loop that writes the result of a node. All inputs lie in memory or are inlined. */
export function lowerStores(analysis: GraphAnalysis, node: number): LoopKernel[] {
  const loops = analysis.rule(node, 'stores').loops(analysis.loweredNode(node))
  return loops.filter(({ shape }) => !shape.includes(0)).map((loop) => lowerStore(analysis, node, loop))
}

function lowerStore(analysis: GraphAnalysis, node: number, { shape, store }: StoreLoop): LoopKernel {
  const axes = new AxisMaker()
  const make = new Expressions()
  const reading = new Reading(analysis, make, () => false)
  const domain = axes.coordinates(shape)
  const { to, element, addWhere } = store(domain.at, reading.toolsFor(node))
  const { aval } = analysis.node(node)
  const made = {
    value: analysis.valueOf(node),
    index: ravel(to, aval.shape),
    expression: element,
    stored: aval.dtype,
    ...(addWhere && { add: { only: addWhere } }),
  }
  const passes = [{ reductions: [], stores: [made], saves: [] }]
  return refineLoops({ kind: 'loops', outer: domain.axes, inner: [], passes, rowStores: [], slots: 0, make }, axes)
}
