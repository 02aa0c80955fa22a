import { type Aval, bytesPerElement, type Graph, numberingOf, sizeOf } from '@gradus/tensor'
import { Arena } from './arena.ts'

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
  /** A new buffer, into which the program writes. */
  | { readonly from: 'new' }
  /** The buffer of a donated input, overwritten or passed through. */
  | { readonly from: 'donated'; readonly input: number }
  /**
   * A copy, made after the last step, of a value that lives elsewhere: in a new buffer, or in that of the donated input
   * `into`. Copies do not read what other copies overwrite.
   */
  | { readonly from: 'copy'; readonly into?: number }

/** The donated input in whose buffer an output is handed out; undefined where it has a new one. */
export function donorOf(source: OutputSource): number | undefined {
  if (source.from === 'donated') return source.input
  return source.from === 'copy' ? source.into : undefined
}

/** A part of a program that reads and writes memory, by numbers of values that have memory of their own. */
export interface PlanStep {
  readonly reads: readonly number[]
  readonly writes: readonly number[]
  /** The values that it reads in whose memory it may write `value`, element by element. */
  overwritable(value: number): readonly number[]
  /** Bytes that it needs besides, while it runs. */
  readonly room?: number
}

/** Where the values of a program live, and where in the arena the steps (by number) have the room that they asked for. */
export interface StepPlan {
  readonly arenaBytes: number
  readonly places: ReadonlyMap<number, Place>
  readonly outputs: readonly OutputSource[]
  readonly rooms: ReadonlyMap<number, number>
}

export function byteSize({ shape, dtype }: Aval): number {
  return sizeOf(shape) * bytesPerElement(dtype)
}

/** For each value of a graph the one whose memory it shares: itself, or what it is a view of. */
export function viewRoots(graph: Graph): number[] {
  const { maker, avals } = numberingOf(graph)
  const roots: number[] = []
  avals.forEach((_, value) => {
    const node = graph.nodes[maker[value]!]
    roots.push(node?.op.view ? roots[node.inputs[0]!]! : value)
  })
  return roots
}

/**
 * Gives every value that the steps write a place: lifetimes decide who shares arena memory; donated inputs hold outputs
 * where sizes and last uses permit. `fixed` values have a place of their own already.
 */
export function planSteps(
  graph: Graph,
  roots: readonly number[],
  steps: readonly PlanStep[],
  fixed: ReadonlySet<number> = new Set(),
): StepPlan {
  const { avals } = numberingOf(graph)
  const lifetimes = lifetimesOf(steps)
  const { holder, outputs } = planOutputs(graph, roots, steps, lifetimes)
  const { lastUse } = lifetimes
  for (const output of graph.outputs) lastUse.set(roots[output]!, steps.length)

  const places = new Map<number, Place>()
  graph.inputs.forEach((_, index) => places.set(index, { at: 'input', index }))
  graph.constants.forEach((_, index) => places.set(graph.inputs.length + index, { at: 'constant', index }))
  for (const value of fixed) places.set(value, { at: 'static' })
  const arena = new Arena()
  const rooms = new Map<number, number>()
  steps.forEach((step, index) => {
    // what no step writes has no elements
    for (const value of step.reads) if (!places.has(value)) places.set(value, { at: 'arena', offset: arena.place(0) })
    const taken = new Set<number>()
    for (const value of step.writes) {
      if (places.has(value)) continue
      const output = holder.get(value)
      if (output !== undefined) places.set(value, { at: 'output', index: output })
      else {
        const offset = arena.place(byteSize(avals[value]!), reusable(step, index, value, taken))
        places.set(value, { at: 'arena', offset })
      }
    }
    if (step.room) {
      rooms.set(index, arena.place(step.room))
      arena.release(rooms.get(index)!)
    }
    for (const value of new Set([...step.reads, ...step.writes])) {
      const place = places.get(value)!
      if (place.at === 'arena' && lastUse.get(value) === index) arena.release(place.offset)
    }
  })
  return { arenaBytes: arena.bytes, places, outputs, rooms }

  // the arena block of a value that is read here for the last time, element by element as the new one is written
  function reusable(step: PlanStep, index: number, value: number, taken: Set<number>): number | undefined {
    for (const candidate of step.overwritable(value)) {
      const place = places.get(candidate)
      if (place?.at !== 'arena' || lastUse.get(candidate) !== index || taken.has(place.offset)) continue
      taken.add(place.offset)
      return place.offset
    }
    return undefined
  }
}

interface Lifetimes {
  readonly firstWrite: ReadonlyMap<number, number>
  readonly lastUse: Map<number, number>
}

function lifetimesOf(steps: readonly PlanStep[]): Lifetimes {
  const firstWrite = new Map<number, number>()
  const lastUse = new Map<number, number>()
  steps.forEach(({ reads, writes }, index) => {
    for (const value of writes) {
      if (!firstWrite.has(value)) firstWrite.set(value, index)
      lastUse.set(value, index)
    }
    for (const value of reads) lastUse.set(value, index)
  })
  return { firstWrite, lastUse }
}

function planOutputs(
  graph: Graph,
  roots: readonly number[],
  steps: readonly PlanStep[],
  { firstWrite, lastUse }: Lifetimes,
) {
  const { avals, maker } = numberingOf(graph)
  const holder = new Map<number, number>()
  const outputs: OutputSource[] = new Array(graph.outputs.length)
  const free = new Set(graph.donated)

  // an input handed back unchanged keeps its buffer
  graph.outputs.forEach((output, index) => {
    const root = roots[output]!
    if (root >= graph.inputs.length || (graph.repeatable && root !== index)) return
    if (free.delete(root)) outputs[index] = { from: 'donated', input: root }
  })
  graph.outputs.forEach((output, index) => {
    if (outputs[index]) return
    const root = roots[output]!
    const own = graph.repeatable && free.has(index) ? index : undefined
    if (maker[root]! < 0 || holder.has(root)) {
      // an input may be overwritten by then
      outputs[index] = own === undefined || root < graph.inputs.length ? { from: 'copy' } : { from: 'copy', into: own }
      return
    }
    if (own !== undefined && !canHold(own, root)) {
      outputs[index] = { from: 'copy', into: own }
      return
    }
    holder.set(root, index)
    const donor = own ?? findDonor(root)
    if (donor !== undefined) free.delete(donor)
    outputs[index] = donor === undefined ? { from: 'new' } : { from: 'donated', input: donor }
  })
  return { holder, outputs }

  function findDonor(value: number): number | undefined {
    let found: number | undefined
    for (const input of free) {
      if (!canHold(input, value)) continue
      // an input that this very step reads for the last time is the best fit: it is updated in place
      if (lastUse.get(input) === firstWrite.get(value)) return input
      found ??= input
    }
    return found
  }

  // Whether the buffer of a donated input is no longer read when the value is written, or is overwritten element by element.
  function canHold(input: number, value: number): boolean {
    if (byteSize(graph.inputs[input]!) !== byteSize(avals[value]!)) return false
    // what is never written has no elements
    const written = firstWrite.get(value) ?? steps.length
    const last = lastUse.get(input) ?? -1
    return last < written || (last === written && steps[written]?.overwritable(value).includes(input) === true)
  }
}
