import { sizeOf } from '@gradus/tensor'
import { sourceElement } from '../analysis/element-rule.ts'
import type { GraphAnalysis } from '../analysis/graph-analysis.ts'
import type { Group } from '../grouping/group.ts'
import { AxisMaker, dependenciesOf } from '../index/axes.ts'
import { type Expression, Expressions, inputsFirst } from '../index/expression.ts'
import { type Axis, type Index, indexArithmetic, ravel, unravel } from '../index/integer.ts'
import { isPosition } from '../kernels/combine.ts'
import type { LoopKernel, Pass, RowReduction } from '../kernels/kernel.ts'
import { refineLoops } from '../kernels/refine.ts'
import { saveAcrossPasses } from '../kernels/saves.ts'
import { unrollShort } from '../kernels/unroll.ts'
import { readAt, readingFor, storeAt } from './group-reading.ts'
import type { Reading } from './reading.ts'

/** Loops over rows. An expression is evaluated in the first pass in which all reductions that it needs are known. */
export function lowerRows(analysis: GraphAnalysis, group: Group, outputs: readonly number[]): LoopKernel {
  const axes = new AxisMaker()
  const make = new Expressions()
  const reduceNodes = group.nodes.filter((node) => analysis.roles[node] === 'reduce')
  const domain = rowDomain(analysis, reduceNodes[0]!, axes)
  const reductions = new Map<number, RowReduction & { readonly level: number }>()
  const reading: Reading = readingFor(analysis, group, make, (node) =>
    make.reduced(analysis.node(node).aval.dtype, reductions.get(node)!.id, domain.outer),
  )
  const levelOfReduction: number[] = []
  const levels = new Map<Expression, number>()
  // the number of the first pass in which an expression can be evaluated
  const levelOf = (expression: Expression): number => {
    inputsFirst(
      expression,
      (part) => !levels.has(part),
      (part) => dependenciesOf(part, make),
      (part) => {
        const own = part.kind === 'reduced' ? levelOfReduction[part.reduction]! + 1 : 0
        levels.set(
          part,
          dependenciesOf(part, make).reduce((level, below) => Math.max(level, levels.get(below)!), own),
        )
      },
    )
    return levels.get(expression)!
  }
  const isPerRow = (node: number) =>
    analysis.roles[node] === 'reduce' || sizeOf(analysis.node(node).aval.shape) !== group.size
  for (const node of group.nodes) {
    if (analysis.roles[node] !== 'reduce') {
      // from the first node to the last, so that reading a long chain does not recurse
      readAt(analysis, reading, node, isPerRow(node) ? domain.row : domain.position)
      continue
    }
    const expression = reductionElement(analysis, reading, node, domain)
    const { combine } = analysis.rule(node, 'reduction')
    const reduction = { id: reductions.size, combine, expression, level: levelOf(expression) }
    levelOfReduction.push(reduction.level)
    reductions.set(node, isPosition(combine) ? { ...reduction, position: domain.within } : reduction)
  }
  const stores = outputs
    .filter((node) => !isPerRow(node))
    .map((node) => storeAt(analysis, reading, node, domain.position))
  const rowStores = outputs.filter(isPerRow).map((node) => storeAt(analysis, reading, node, domain.row))
  const count =
    1 +
    Math.max(...[...reductions.values()].map(({ level }) => level), ...stores.map((store) => levelOf(store.expression)))
  const passes = Array.from(
    { length: count },
    (_, level): Pass => ({
      reductions: [...reductions.values()].filter((reduction) => reduction.level === level),
      stores: stores.filter((store) => levelOf(store.expression) === level),
      saves: [],
    }),
  )
  const kernel: LoopKernel = {
    kind: 'loops',
    outer: domain.outer,
    inner: domain.inner,
    passes,
    rowStores,
    slots: 0,
    make,
  }
  return saveAcrossPasses(refineLoops(unrollShort(refineLoops(kernel, axes)), axes))
}

interface RowDomain {
  readonly outer: readonly Axis[]
  readonly inner: readonly Axis[]
  /** Positions in row-major order: among all elements, among the rows, and within a row. */
  readonly position: Index
  readonly row: Index
  readonly within: Index
}

function rowDomain(analysis: GraphAnalysis, index: number, axes: AxisMaker): RowDomain {
  const node = analysis.loweredNode(index)
  const rule = analysis.rule(index, 'reduction')
  const { shape } = node.aval
  const innerShape = rule.inner(node)
  const inner = axes.coordinates(innerShape)
  const outer = axes.coordinates(shape)
  const position = rule.axes
    ? ravel(rule.source(node, outer.at, inner.at, indexArithmetic).at, node.inputs[0]!.shape)
    : ravel([...outer.at, ...inner.at], [...shape, ...innerShape])
  const [row, within] = [ravel(outer.at, shape), ravel(inner.at, innerShape)]
  return { outer: outer.axes, inner: inner.axes, position, row, within }
}

/** The element that a reduction reads at the current position of the loops. */
function reductionElement(analysis: GraphAnalysis, reading: Reading, index: number, domain: RowDomain): Expression {
  const node = analysis.loweredNode(index)
  const rule = analysis.rule(index, 'reduction')
  const tools = reading.toolsFor(index)
  if (rule.axes) return tools.read(0, unravel(domain.position, node.inputs[0]!.shape))
  const [at, within] = [unravel(domain.row, node.aval.shape), unravel(domain.within, rule.inner(node))]
  return sourceElement(rule, node, at, within, tools)
}
