import { type Aval, avalOf, avalsOf, bytesPerElement, type Graph, numberingOf, sizeOf } from '@gradus/tensor'

/** Where a value lives while the program runs. */
export type Place =
  | { readonly at: 'input'; readonly index: number }
  | { readonly at: 'constant'; readonly index: number }
  /** Computed once, when the program is compiled. */
  | { readonly at: 'static' }
  | { readonly at: 'arena'; readonly offset: number }
  /** In the buffer that is handed out as output `index`. */
  | { readonly at: 'output'; readonly index: number }

/** How one output is provided. */
export type OutputSource =
  /** A new buffer, into which a node writes. */
  | { readonly from: 'new' }
  /** The buffer of a donated input, overwritten or passed through. */
  | { readonly from: 'donated'; readonly input: number }
  /**
   * A copy, made after the last node, of a value that lives elsewhere: in a new buffer, or in that of the donated input
   * `into`. Copies do not read what other copies overwrite.
   */
  | { readonly from: 'copy'; readonly into?: number }

/** A static memory plan: nothing is allocated while the program runs, except outputs that no donated buffer can hold. */
export interface Plan {
  readonly arenaBytes: number
  /** One per value of the graph. */
  readonly places: readonly Place[]
  readonly outputs: readonly OutputSource[]
}

export interface PlanOptions {
  /** Whether nodes that depend on constants only are computed once (default true). */
  readonly hoist?: boolean
}

const alignment = 16

export function byteSize({ shape, dtype }: Aval): number {
  return sizeOf(shape) * bytesPerElement(dtype)
}

/** Assigns every value a place: lifetimes decide who shares arena memory; donated inputs hold outputs where sizes and last uses permit. */
export function planMemory(graph: Graph, { hoist = true }: PlanOptions = {}): Plan {
  const { first } = numberingOf(graph)
  const roots = viewRoots(graph)
  const lastUse = lastUses(graph, roots)
  const outputs = planOutputs(graph, roots, lastUse)
  const places: Place[] = []
  graph.inputs.forEach((_, index) => places.push({ at: 'input', index }))
  graph.constants.forEach((_, index) => places.push({ at: 'constant', index }))
  const arena = new Arena()

  graph.nodes.forEach((node, index) => {
    const values = avalsOf(node).map((_, output) => first[index]! + output)
    // only what runs once writes static values, and a node writes all of its outputs at once
    const once = hoist && node.inputs.every((input) => isFixed(places[input]!))
    const fixed = once && !values.some((value) => outputs.holder.has(value))
    for (const value of values) {
      if (roots[value] !== value) {
        places.push(places[roots[value]!]!)
      } else if (outputs.holder.has(value)) {
        places.push({ at: 'output', index: outputs.holder.get(value)! })
      } else if (fixed) {
        places.push({ at: 'static' })
      } else {
        places.push({ at: 'arena', offset: arena.place(byteSize(avalOf(graph, value)), reusable(index)) })
      }
    }
    for (const root of new Set(node.inputs.map((input) => roots[input]!))) {
      const place = places[root]!
      if (lastUse[root] === index && place.at === 'arena') arena.release(place.offset)
    }
    for (const value of values) {
      const own = places[value]!
      if (roots[value] === value && own.at === 'arena' && lastUse[value]! <= index) arena.release(own.offset)
    }
  })
  return { arenaBytes: arena.bytes, places, outputs: outputs.sources }

  // The arena slot of an input that dies here and that an elementwise node may overwrite.
  function reusable(index: number): number | undefined {
    const node = graph.nodes[index]!
    if (!node.op.elementwise) return undefined
    for (const input of node.inputs) {
      const root = roots[input]!
      const place = places[root]!
      if (place.at === 'arena' && lastUse[root] === index && overwritable(graph, index, input)) return place.offset
    }
    return undefined
  }
}

function isFixed(place: Place): boolean {
  return place.at === 'static' || place.at === 'constant'
}

/** For each value the value whose memory it shares: itself, or what it is a view of. */
function viewRoots(graph: Graph): number[] {
  const roots = Array.from({ length: graph.inputs.length + graph.constants.length }, (_, value) => value)
  for (const node of graph.nodes) {
    if (node.op.view) roots.push(roots[node.inputs[0]!]!)
    else for (const _ of avalsOf(node)) roots.push(roots.length)
  }
  return roots
}

/** For each root the last node that reads it or a view of it; beyond the end for outputs, -1 for none. */
function lastUses(graph: Graph, roots: readonly number[]): number[] {
  const last = new Array<number>(roots.length).fill(-1)
  graph.nodes.forEach((node, index) => {
    for (const input of node.inputs) last[roots[input]!] = index
  })
  for (const output of graph.outputs) last[roots[output]!] = graph.nodes.length
  return last
}

/** Whether a node may write over `input`: same number of bytes per element, elementwise. */
function overwritable(graph: Graph, index: number, input: number): boolean {
  const node = graph.nodes[index]!
  return (
    node.op.elementwise === true && bytesPerElement(avalOf(graph, input).dtype) === bytesPerElement(node.aval.dtype)
  )
}

function planOutputs(graph: Graph, roots: readonly number[], lastUse: readonly number[]) {
  const first = graph.inputs.length + graph.constants.length
  const { avals, maker } = numberingOf(graph)
  const holder = new Map<number, number>()
  const sources: OutputSource[] = new Array(graph.outputs.length)
  const free = new Set(graph.donated)

  // An input handed back unchanged keeps its buffer.
  graph.outputs.forEach((output, index) => {
    const root = roots[output]!
    if (root >= graph.inputs.length || (graph.repeatable && root !== index)) return
    if (free.delete(root)) sources[index] = { from: 'donated', input: root }
  })
  graph.outputs.forEach((output, index) => {
    if (sources[index]) return
    const root = roots[output]!
    const own = graph.repeatable && free.has(index) ? index : undefined
    if (root < first || holder.has(root)) {
      // an input may be overwritten by then
      sources[index] = own === undefined || root < graph.inputs.length ? { from: 'copy' } : { from: 'copy', into: own }
      return
    }
    if (own !== undefined && !canHold(own, root)) {
      sources[index] = { from: 'copy', into: own }
      return
    }
    holder.set(root, index)
    const donor = own ?? findDonor(root)
    if (donor !== undefined) free.delete(donor)
    sources[index] = donor === undefined ? { from: 'new' } : { from: 'donated', input: donor }
  })
  return { holder, sources }

  function findDonor(value: number): number | undefined {
    let found: number | undefined
    for (const input of free) {
      if (!canHold(input, value)) continue
      // an input that this very node reads for the last time is the best fit: it is updated in place
      if (lastUse[input] === maker[value]) return input
      found ??= input
    }
    return found
  }

  // Whether the buffer of a donated input is no longer read when the value is written, or is overwritten element by element.
  function canHold(input: number, value: number): boolean {
    const index = maker[value]!
    if (byteSize(graph.inputs[input]!) !== byteSize(avals[value]!)) return false
    const last = lastUse[input]!
    if (last !== index) return last < index
    return graph.nodes[index]!.inputs.every((v) => roots[v] !== input || overwritable(graph, index, v))
  }
}

/** First-fit allocation over one growing block; blocks are shared by slots that are overwritten in place. */
class Arena {
  bytes = 0
  private readonly slots = new Map<number, { size: number; users: number }>()

  place(size: number, reuse: number | undefined): number {
    if (reuse !== undefined) {
      this.slots.get(reuse)!.users++
      return reuse
    }
    const padded = Math.ceil(Math.max(size, 1) / alignment) * alignment
    let offset = 0
    for (const [start, slot] of [...this.slots].sort(([a], [b]) => a - b)) {
      if (start - offset >= padded) break
      offset = start + slot.size
    }
    this.slots.set(offset, { size: padded, users: 1 })
    this.bytes = Math.max(this.bytes, offset + padded)
    return offset
  }

  release(offset: number): void {
    const slot = this.slots.get(offset)!
    if (--slot.users === 0) this.slots.delete(offset)
  }
}
