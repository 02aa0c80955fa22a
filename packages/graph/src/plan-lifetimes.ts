import { type Graph, numberingOf } from '@gradus/tensor/internals'
import { Arena } from './arena.ts'
import { byteSize, type OutputSource, type Place } from './place.ts'

/** How a part of a program, such as a node or a kernel, uses memory. Values are given by number, views by their roots. */
export interface MemoryUse {
  readonly reads: readonly number[]
  readonly writes: readonly number[]
  /** The values read that it may overwrite with `value`, element by element. */
  overwritable(value: number): readonly number[]
  /** The size of the memory that it needs only while it runs. */
  readonly workspaceBytes?: number
}

/** The place of each value, and the offset in the arena of each workspace, by the number of the use. */
export interface LifetimePlan {
  readonly arenaBytes: number
  readonly places: ReadonlyMap<number, Place>
  readonly outputs: readonly OutputSource[]
  readonly workspaces: ReadonlyMap<number, number>
}

/**
 * Assigns a place to every value that the uses write. The uses run in order. Values whose lifetimes do not overlap share
 * arena memory, and outputs take the buffers of donated inputs where sizes and last uses allow it. `fixed` values are
 * computed when the program is compiled.
 */
export function planLifetimes(
  graph: Graph,
  roots: readonly number[],
  uses: readonly MemoryUse[],
  fixed: ReadonlySet<number> = new Set(),
): LifetimePlan {
  const { avals } = numberingOf(graph)
  const [firstWrite, lastUse] = lifetimesOf(uses)
  const { holder, outputs } = planOutputs(graph, roots, uses, firstWrite, lastUse)
  for (const output of graph.outputs) lastUse.set(roots[output]!, uses.length)

  const places = new Map<number, Place>()
  graph.inputs.forEach((_, index) => places.set(index, { at: 'input', index }))
  graph.constants.forEach((_, index) => places.set(graph.inputs.length + index, { at: 'constant', index }))
  for (const value of fixed) places.set(value, { at: 'static' })
  const arena = new Arena()
  const workspaces = new Map<number, number>()
  uses.forEach((use, index) => {
    // a value that is read and never written has no elements
    for (const value of use.reads) if (!places.has(value)) places.set(value, { at: 'arena', offset: arena.place(0) })
    const taken = new Set<number>()
    for (const value of use.writes) {
      if (places.has(value)) continue
      const output = holder.get(value)
      if (output !== undefined) places.set(value, { at: 'output', index: output })
      else {
        const offset = arena.place(byteSize(avals[value]!), reusable(use, index, value, taken))
        places.set(value, { at: 'arena', offset })
      }
    }
    if (use.workspaceBytes) {
      const offset = arena.place(use.workspaceBytes)
      workspaces.set(index, offset)
      arena.release(offset)
    }
    for (const value of new Set([...use.reads, ...use.writes])) {
      const place = places.get(value)!
      if (place.at === 'arena' && lastUse.get(value) === index) arena.release(place.offset)
    }
  })
  return { arenaBytes: arena.bytes, places, outputs, workspaces }

  // the slot of a value that this use reads last and may overwrite element by element
  function reusable(use: MemoryUse, index: number, value: number, taken: Set<number>): number | undefined {
    for (const candidate of use.overwritable(value)) {
      const place = places.get(candidate)
      if (place?.at !== 'arena' || lastUse.get(candidate) !== index || taken.has(place.offset)) continue
      taken.add(place.offset)
      return place.offset
    }
    return undefined
  }
}

/** For each value the first use that writes it, and the last use. */
function lifetimesOf(uses: readonly MemoryUse[]): [firstWrite: Map<number, number>, lastUse: Map<number, number>] {
  const firstWrite = new Map<number, number>()
  const lastUse = new Map<number, number>()
  uses.forEach(({ reads, writes }, index) => {
    for (const value of writes) {
      if (!firstWrite.has(value)) firstWrite.set(value, index)
      lastUse.set(value, index)
    }
    for (const value of reads) lastUse.set(value, index)
  })
  return [firstWrite, lastUse]
}

function planOutputs(
  graph: Graph,
  roots: readonly number[],
  uses: readonly MemoryUse[],
  firstWrite: ReadonlyMap<number, number>,
  lastUse: ReadonlyMap<number, number>,
) {
  const { avals, maker } = numberingOf(graph)
  const holder = new Map<number, number>()
  const outputs: OutputSource[] = new Array(graph.outputs.length)
  const available = new Set(graph.donated)

  // an input that is returned unchanged keeps its buffer
  graph.outputs.forEach((output, index) => {
    const root = roots[output]!
    if (root >= graph.inputs.length || (graph.repeatable && root !== index)) return
    if (available.delete(root)) outputs[index] = { from: 'donated', input: root }
  })
  graph.outputs.forEach((output, index) => {
    if (outputs[index]) return
    const root = roots[output]!
    const own = graph.repeatable && available.has(index) ? index : undefined
    if (maker[root]! < 0 || holder.has(root) || (own !== undefined && !canHold(own, root))) {
      // an input may have been overwritten by then
      outputs[index] = own === undefined || root < graph.inputs.length ? { from: 'copy' } : { from: 'copy', into: own }
      return
    }
    holder.set(root, index)
    const donor = own ?? findDonor(root)
    if (donor !== undefined) available.delete(donor)
    outputs[index] = donor === undefined ? { from: 'new' } : { from: 'donated', input: donor }
  })
  return { holder, outputs }

  function findDonor(value: number): number | undefined {
    let found: number | undefined
    for (const input of available) {
      if (!canHold(input, value)) continue
      // prefer an input whose last reader writes the value, which updates it in place
      if (lastUse.get(input) === firstWrite.get(value)) return input
      found ??= input
    }
    return found
  }

  // whether the input is no longer read when the value is written, or may be overwritten element by element by its last
  // reader
  function canHold(input: number, value: number): boolean {
    if (byteSize(graph.inputs[input]!) !== byteSize(avals[value]!)) return false
    // a value that is never written has no elements
    const written = firstWrite.get(value) ?? uses.length
    const last = lastUse.get(input) ?? -1
    return last < written || (last === written && uses[written]?.overwritable(value).includes(input) === true)
  }
}
