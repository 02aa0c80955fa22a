import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import type { Group } from '../grouping/group.ts'
import { AxisMaker } from '../index/axes.ts'
import { Expressions } from '../index/expression.ts'
import { indexArithmetic, ravel } from '../index/integer.ts'
import type { ContractionKernel } from '../kernels/kernel.ts'
import { refineContraction } from '../kernels/refine.ts'
import { readingFor, storeAt } from './group-reading.ts'

/** A contraction and the elementwise ops on its result. */
export function lowerContraction(analysis: GraphAnalysis, group: Group, outputs: readonly number[]): ContractionKernel {
  const axes = new AxisMaker()
  const make = new Expressions()
  const index = group.nodes.find((node) => analysis.roles[node] === 'contract')!
  const node = analysis.loweredNode(index)
  const rule = analysis.rule(index, 'contraction')
  const loops = rule.loops(node)
  const batch = axes.coordinates(loops.batch)
  const m = axes.coordinates(loops.m)
  const n = axes.coordinates(loops.n)
  const k = axes.coordinates(loops.k)
  const at = rule.coordinates(node, { batch: batch.at, m: m.at, n: n.at, k: k.at }, indexArithmetic)
  const position = ravel(at.out, node.aval.shape)
  const reading = readingFor(analysis, group, make, () =>
    make.reduced(node.aval.dtype, -1, [...batch.axes, ...m.axes, ...n.axes]),
  )
  const stores = outputs.map((output) => storeAt(analysis, reading, output, position))
  const [a, b] = analysis.node(index).inputs as [number, number]
  const kernel: ContractionKernel = {
    kind: 'contraction',
    batch: batch.axes,
    m: m.axes,
    n: n.axes,
    k: k.axes,
    a: reading.read(a, at.a),
    b: reading.read(b, at.b),
    stores,
    make,
  }
  return refineContraction(kernel, axes)
}
