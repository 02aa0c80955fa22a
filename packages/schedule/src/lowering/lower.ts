import { sizeOf } from '@gradus/tensor'
import type { Program } from '../analysis/graph-analysis.ts'
import type { Group } from '../grouping/groups.ts'
import { AxisMaker } from '../index/axes.ts'
import { type Expression, Expressions, forEachExpression } from '../index/expression.ts'
import { type Axis, type Index, ravel, unravel } from '../index/integer.ts'
import type { ContractionKernel, FusedKernel, LoopKernel, Pass, RowReduction, Store } from '../kernels/kernel.ts'
import { refineContraction, refineLoops } from '../kernels/refine.ts'
import { saveAcrossPasses } from '../kernels/saves.ts'
import { unrollShort } from '../kernels/unroll.ts'
import { contractionRules } from '../rules/contraction-rules.ts'
import { reductionRules } from '../rules/reduction-rules.ts'
import { Reading } from './reading.ts'
import { wholeRules } from './whole-rules.ts'

/** The kernels of a group of nodes (one, but for nodes that are put together from parts); `stored` nodes go to memory. */
export function lowerGroup(program: Program, group: Group, stored: ReadonlySet<number>): FusedKernel[] {
  const outputs = group.nodes.filter((node) => stored.has(node))
  switch (group.kind) {
    case 'map':
      return [lowerMap(program, group, outputs)]
    case 'rows':
      return [lowerRows(program, group, outputs)]
    case 'contract':
      return [lowerContraction(program, group, outputs)]
    case 'whole':
      return wholeRules[program.graph.nodes[group.nodes[0]!]!.op.name]!.kernels(program, group.nodes[0]!)
  }
}

function lowerMap(program: Program, group: Group, outputs: readonly number[]): LoopKernel {
  const axes = new AxisMaker()
  const make = new Expressions()
  const reading = new Reading(program, make, ownership(group), impossible)
  const shape = longest(outputs.map((node) => program.graph.nodes[node]!.aval.shape))
  const domain = axes.coordinates(shape)
  const position = ravel(domain.at, shape)
  const stores = outputs.map((node) => storeAt(program, reading, node, position))
  const pass: Pass = { reductions: [], stores, saves: [] }
  return refineLoops({ kind: 'loops', outer: domain.axes, inner: [], passes: [pass], rows: [], slots: 0, make }, axes)
}

/** The store of a node's element at a position in row-major order. */
function storeAt(program: Program, reading: Reading, node: number, position: Index): Store {
  const value = program.valueOf(node)
  const expression = reading.read(value, unravel(position, program.graph.nodes[node]!.aval.shape))
  return { value, index: position, expression, stored: program.aval(value).dtype }
}

function lowerRows(program: Program, group: Group, outputs: readonly number[]): LoopKernel {
  const axes = new AxisMaker()
  const make = new Expressions()
  const { nodes } = program.graph
  const reduceNodes = group.nodes.filter((node) => program.roles[node] === 'reduce')
  const domain = rowDomain(program, reduceNodes[0]!, axes)
  const reductions = new Map<number, RowReduction & { readonly level: number }>()
  const reading: Reading = new Reading(program, make, ownership(group), (node) => {
    const { dtype } = nodes[node]!.aval
    return make.reduced(dtype, reductions.get(node)!.id, domain.outer)
  })
  const levelOf = (expression: Expression): number => {
    let level = 0
    forEachExpression([expression], (part) => {
      if (part.kind !== 'reduced') return
      for (const reduction of reductions.values())
        if (reduction.id === part.reduction) level = Math.max(level, reduction.level + 1)
    })
    return level
  }
  for (const node of reduceNodes) {
    const expression = reductionElement(program, reading, node, domain)
    const { combine } = reductionRules[nodes[node]!.op.name]!
    const place = combine === 'argMax' || combine === 'argMin' ? { place: domain.within } : {}
    reductions.set(node, { id: reductions.size, combine, expression, level: levelOf(expression), ...place })
  }
  const perElement = outputs.filter((node) => !isPerRow(program, group, node))
  const stores = perElement.map((node) => storeAt(program, reading, node, domain.position))
  const rows = outputs
    .filter((node) => isPerRow(program, group, node))
    .map((node) => storeAt(program, reading, node, domain.row))
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
  const kernel: LoopKernel = { kind: 'loops', outer: domain.outer, inner: domain.inner, passes, rows, slots: 0, make }
  return saveAcrossPasses(refineLoops(unrollShort(refineLoops(kernel, axes)), axes))
}

interface RowDomain {
  readonly outer: readonly Axis[]
  readonly inner: readonly Axis[]
  /** The position among all elements, among the rows, and among the elements of a row. */
  readonly position: Index
  readonly row: Index
  readonly within: Index
}

function rowDomain(program: Program, node: number, axes: AxisMaker): RowDomain {
  const { op, aval, inputs } = program.graph.nodes[node]!
  const rule = reductionRules[op.name]!
  const input = program.aval(inputs[0]!)
  const innerShape = rule.inner(program.graph.nodes[node]!, input)
  const inner = axes.coordinates(innerShape)
  const outer = axes.coordinates(aval.shape)
  const place = rule.place(program.graph.nodes[node]!, input, outer.at, inner.at)
  const position = rule.axes
    ? ravel(place.at, input.shape)
    : ravel([...outer.at, ...inner.at], [...aval.shape, ...innerShape])
  const [row, within] = [ravel(outer.at, aval.shape), ravel(inner.at, innerShape)]
  return { outer: outer.axes, inner: inner.axes, position, row, within }
}

/** The element that a reduction takes at the present place of the loops. */
function reductionElement(program: Program, reading: Reading, node: number, domain: RowDomain): Expression {
  const { op, inputs, aval } = program.graph.nodes[node]!
  const rule = reductionRules[op.name]!
  const input = program.aval(inputs[0]!)
  if (rule.axes) return reading.read(inputs[0]!, unravel(domain.position, input.shape))
  const within = unravel(domain.within, rule.inner(program.graph.nodes[node]!, input))
  const place = rule.place(program.graph.nodes[node]!, input, unravel(domain.row, aval.shape), within)
  const { make } = reading
  return make.choice(place.only, () => reading.read(inputs[0]!, place.at), make.constant(aval.dtype, 0))
}

function isPerRow(program: Program, group: Group, node: number): boolean {
  return program.roles[node] === 'reduce' || sizeOf(program.graph.nodes[node]!.aval.shape) !== group.size
}

function lowerContraction(program: Program, group: Group, outputs: readonly number[]): ContractionKernel {
  const axes = new AxisMaker()
  const make = new Expressions()
  const index = group.nodes.find((node) => program.roles[node] === 'contract')!
  const node = program.graph.nodes[index]!
  const rule = contractionRules[node.op.name]!
  const inputs = program.inputsOf(node)
  const shape = rule.shape(node, inputs)
  const [batch, m, n, k] = [shape.batch, shape.m, shape.n, shape.k].map((sizes) => axes.coordinates(sizes)) as [
    Coordinates,
    Coordinates,
    Coordinates,
    Coordinates,
  ]
  const places = rule.places(node, inputs, { batch: batch.at, m: m.at, n: n.at, k: k.at })
  const position = ravel(places.out, node.aval.shape)
  const reading = new Reading(program, make, ownership(group), () =>
    make.reduced(node.aval.dtype, -1, [...batch.axes, ...m.axes, ...n.axes]),
  )
  const stores = outputs.map((output) => storeAt(program, reading, output, position))
  const kernel: ContractionKernel = {
    kind: 'contraction',
    batch: batch.axes,
    m: m.axes,
    n: n.axes,
    k: k.axes,
    a: reading.read(node.inputs[0]!, places.a),
    b: reading.read(node.inputs[1]!, places.b),
    stores,
    make,
  }
  return refineContraction(kernel, axes)
}

type Coordinates = ReturnType<AxisMaker['coordinates']>

function ownership({ nodes, inlined }: Group): (node: number) => boolean {
  const own = new Set([...nodes, ...inlined])
  return (node) => own.has(node)
}

function impossible(node: number): never {
  throw new Error(`Node ${node} is computed in a kernel that cannot hold it.`)
}

/** The shape with the most dimensions: it has the most detail. */
function longest(shapes: readonly (readonly number[])[]): readonly number[] {
  return shapes.reduce((a, b) => (b.length > a.length ? b : a))
}
