import { byteSize, type Place } from '../plan.ts'
import { Arena } from './arena.ts'
import type { KernelOutputSource, KernelPlan, ScheduledKernel } from './kernel.ts'
import type { Program } from './program.ts'
import { roomFor } from './rooms.ts'

/** Gives every stored value a place: lifetimes decide who shares arena memory, donated inputs hold outputs where possible. */
export function planKernels(program: Program, kernels: readonly ScheduledKernel[]): KernelPlan {
  const { graph, roots } = program
  const firstWrite = new Map<number, number>()
  const lastUse = new Map<number, number>()
  kernels.forEach(({ reads, writes }, index) => {
    for (const value of writes) {
      if (!firstWrite.has(value)) firstWrite.set(value, index)
      lastUse.set(value, index)
    }
    for (const value of reads) lastUse.set(value, index)
  })
  const outputs = planOutputs(program, kernels, { firstWrite, lastUse })
  for (const output of graph.outputs) lastUse.set(roots[output]!, kernels.length)

  const places = new Map<number, Place>()
  graph.inputs.forEach((_, index) => places.set(index, { at: 'input', index }))
  graph.constants.forEach((_, index) => places.set(graph.inputs.length + index, { at: 'constant', index }))
  const arena = new Arena()
  const rooms = new Map<number, number>()
  kernels.forEach((kernel, index) => {
    // what no kernel writes has no elements
    for (const value of kernel.reads) if (!places.has(value)) places.set(value, { at: 'arena', offset: arena.place(0) })
    const taken = new Set<number>()
    for (const value of kernel.writes) {
      if (places.has(value)) continue
      const output = outputs.holder.get(value)
      if (output !== undefined) places.set(value, { at: 'output', index: output })
      else
        places.set(value, {
          at: 'arena',
          offset: arena.place(byteSize(program.aval(value)), reusable(kernel, index, value, taken)),
        })
    }
    const room = roomFor(kernel.kernel)
    if (room > 0) {
      rooms.set(index, arena.place(room))
      arena.release(rooms.get(index)!)
    }
    for (const value of new Set([...kernel.reads, ...kernel.writes])) {
      const place = places.get(value)!
      if (place.at === 'arena' && lastUse.get(value) === index) arena.release(place.offset)
    }
  })
  return { arenaBytes: arena.bytes, places, outputs: outputs.sources, rooms }

  // the arena block of a value that is read here for the last time, element by element as the new one is written
  function reusable(kernel: ScheduledKernel, index: number, value: number, taken: Set<number>): number | undefined {
    for (const candidate of kernel.overwritable.get(value) ?? []) {
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
  readonly lastUse: ReadonlyMap<number, number>
}

function planOutputs(program: Program, kernels: readonly ScheduledKernel[], { firstWrite, lastUse }: Lifetimes) {
  const { graph, roots } = program
  const holder = new Map<number, number>()
  const sources: KernelOutputSource[] = new Array(graph.outputs.length)
  const free = new Set(graph.donated)

  // an input handed back unchanged keeps its buffer
  graph.outputs.forEach((output, index) => {
    const root = roots[output]!
    if (root < graph.inputs.length && free.delete(root)) sources[index] = { from: 'donated', input: root }
  })
  graph.outputs.forEach((output, index) => {
    if (sources[index]) return
    const root = roots[output]!
    const donor = graph.repeatable ? index : undefined
    const own = program.makerOf(root) >= 0 && !holder.has(root)
    if (donor !== undefined) {
      free.delete(donor)
      sources[index] = own && fits(root, donor) ? { from: 'donated', input: donor } : { from: 'copyInto', input: donor }
      if (sources[index]!.from === 'donated') holder.set(root, index)
      return
    }
    if (!own) {
      sources[index] = { from: 'copy' }
      return
    }
    holder.set(root, index)
    const found = findDonor(root)
    if (found !== undefined) free.delete(found)
    sources[index] = found === undefined ? { from: 'new' } : { from: 'donated', input: found }
  })
  return { holder, sources }

  function findDonor(value: number): number | undefined {
    let found: number | undefined
    for (const input of free) {
      if (byteSize(graph.inputs[input]!) !== byteSize(program.aval(value))) continue
      if (isOverwritten(value, input)) return input
      if (fits(value, input)) found ??= input
    }
    return found
  }

  function isOverwritten(value: number, input: number): boolean {
    const at = firstWrite.get(value)
    return (
      at !== undefined && lastUse.get(input) === at && (kernels[at]!.overwritable.get(value)?.includes(input) ?? false)
    )
  }

  // whether the value may be written into the input's buffer: after the last read, or where it is read
  function fits(value: number, input: number): boolean {
    const at = firstWrite.get(value)
    if (at === undefined) return false
    return (lastUse.get(input) ?? -1) < at || isOverwritten(value, input)
  }
}
