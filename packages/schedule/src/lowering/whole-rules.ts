import { avalsOf } from '@gradus/tensor'
import type { Program } from '../analysis/graph-analysis.ts'
import { indexOf, lookedUp, ravel, shifted } from '../index/integer.ts'
import type { FusedKernel, Store } from '../kernels/kernel.ts'
import { mapLoops } from './map-loops.ts'

/** What becomes of a node that is neither elementwise, nor a reduction, nor a contraction. */
export interface WholeRule {
  /** Its inputs must lie in memory as they are. */
  readonly fromMemory?: true
  kernels(program: Program, node: number): FusedKernel[]
}

/** The rules of those ops, by name. A backend has code for what they leave whole. */
export const wholeRules: Readonly<Record<string, WholeRule>> = {
  concat: { kernels: concatenated },
  scatterAdd: { kernels: scattered },
  cumsum: { fromMemory: true, kernels: whole },
  cumprod: { fromMemory: true, kernels: whole },
  argsort: { fromMemory: true, kernels: whole },
  scan: { fromMemory: true, kernels: whole },
}

function whole(program: Program, node: number): FusedKernel[] {
  const { inputs } = program.graph.nodes[node]!
  const first = program.valueOf(node)
  return [
    {
      kind: 'whole',
      node: program.graph.nodes[node]!,
      inputs: inputs.map((value) => program.roots[value]!),
      inputAvals: inputs.map((value) => program.aval(value)),
      outputs: avalsOf(program.graph.nodes[node]!).map((_, output) => first + output),
    },
  ]
}

/** Each part into its place. */
function concatenated(program: Program, index: number): FusedKernel[] {
  const node = program.graph.nodes[index]!
  const { axis } = node.params as { axis: number }
  let start = 0
  return node.inputs.flatMap((value): FusedKernel[] => {
    const { shape } = program.aval(value)
    const offset = start
    start += shape[axis]!
    if (shape.includes(0)) return []
    return [
      mapLoops(program, shape, (at, reading): Store => {
        const place = at.map((coordinate, i) => (i === axis ? shifted(coordinate, offset) : coordinate))
        return {
          value: program.valueOf(index),
          index: ravel(place, node.aval.shape),
          expression: reading.read(value, at),
          stored: node.aval.dtype,
        }
      }),
    ]
  })
}

/** The base as it is, then each update added where its index says. */
function scattered(program: Program, index: number): FusedKernel[] {
  const node = program.graph.nodes[index]!
  const { axis } = node.params as { axis: number }
  const [base, indices, updates] = node.inputs as [number, number, number]
  const { shape, dtype: stored } = node.aval
  const value = program.valueOf(index)
  const copy = mapLoops(program, shape, (at, reading) => ({
    value,
    index: ravel(at, shape),
    expression: reading.read(base, at),
    stored,
  }))
  const rank = program.aval(indices).shape.length
  const size = shape[axis]!
  const { dtype } = program.aval(indices)
  const add = mapLoops(program, program.aval(updates).shape, (at, reading): Store => {
    const { make } = reading
    const place = reading.read(indices, at.slice(axis, axis + rank))
    const above = make.apply('bool', 'greaterEqual', [place, make.constant(dtype, 0)])
    const below = make.apply('bool', 'less', [place, make.constant(dtype, size)])
    const only = make.apply('bool', 'logicalAnd', [above, below])
    const safe = make.apply(dtype, 'where', [only, place, make.constant(dtype, 0)])
    const looked = indexOf(lookedUp(safe, size))
    const target = ravel([...at.slice(0, axis), looked, ...at.slice(axis + rank)], shape)
    return { value, index: target, expression: reading.read(updates, at), stored, add: { only } }
  })
  const empty = (of: readonly number[]) => of.includes(0)
  return [...(empty(shape) ? [] : [copy]), ...(empty(shape) || empty(program.aval(updates).shape) ? [] : [add])]
}
