import { avalOf, bytesPerElement, type Graph, numberingOf, valuesOf } from '@gradus/tensor/internals'
import { type OutputSource, type Place, viewRoots } from './place.ts'
import { type MemoryUse, planLifetimes } from './plan-lifetimes.ts'

/** A static memory plan: a run allocates nothing except outputs that no donated buffer can hold. */
export interface Plan {
  readonly arenaBytes: number
  /** By value number. */
  readonly places: readonly Place[]
  readonly outputs: readonly OutputSource[]
}

export interface PlanOptions {
  /** Whether nodes that depend on constants only are computed once, when the program is compiled (default true). */
  readonly hoist?: boolean
}

/** Assigns a place to every value of a graph, for programs that run node by node. */
export function planMemory(graph: Graph, { hoist = true }: PlanOptions = {}): Plan {
  const roots = viewRoots(graph)
  const fixed = hoist ? computedOnce(graph, roots) : new Set<number>()
  const uses = graph.nodes.map(
    (node, index): MemoryUse => ({
      reads: node.inputs.map((value) => roots[value]!),
      writes: valuesOf(graph, index).filter((value) => roots[value] === value && !fixed.has(value)),
      overwritable: () => (node.op.elementwise ? overwritten(graph, roots, index) : []),
    }),
  )
  const { arenaBytes, places, outputs } = planLifetimes(graph, roots, uses, fixed)
  return { arenaBytes, places: roots.map((root): Place => places.get(root) ?? { at: 'arena', offset: 0 }), outputs }
}

/** The values that depend on constants only, except outputs. */
function computedOnce(graph: Graph, roots: readonly number[]): Set<number> {
  const { maker } = numberingOf(graph)
  const handedOut = new Set(graph.outputs.map((value) => roots[value]!))
  const fixed = new Set<number>()
  const isFixed = (root: number) => (maker[root]! < 0 ? root >= graph.inputs.length : fixed.has(root))
  graph.nodes.forEach((node, index) => {
    const values = valuesOf(graph, index)
    // a node computes all of its outputs at once
    if (
      !node.inputs.every((input) => isFixed(roots[input]!)) ||
      node.op.view ||
      values.some((value) => handedOut.has(value))
    )
      return
    for (const value of values) fixed.add(value)
  })
  return fixed
}

/** The inputs that an elementwise node may overwrite: those with the same number of bytes per element. */
function overwritten(graph: Graph, roots: readonly number[], index: number): number[] {
  const { inputs, aval } = graph.nodes[index]!
  const fits = (value: number) => bytesPerElement(avalOf(graph, value).dtype) === bytesPerElement(aval.dtype)
  return inputs.filter(fits).map((value) => roots[value]!)
}
