import { byteSize } from '@gradus/graph/internals'
import { type KernelSchedule, loopWorkspace, type OpaqueKernel, type ScheduleLocations } from '@gradus/schedule'
import type { Aval, ScanParams } from '@gradus/tensor/internals'
import { copyMemory, doWhile, type I32, i32, increase, sequence, type Void } from '../assembler/index.ts'
import { type AddressTable, type Source, type Sources, sourcesOf } from './address-table.ts'
import type { Caller } from './tools.ts'

/** The surroundings of the code of a loop. */
export interface LoopEnvironment {
  readonly sources: Sources
  /** The offset in the arena of the loop's workspace. */
  readonly workspaceAt: number
  readonly caller: Caller
  readonly table: AddressTable
  /** Code that runs a schedule once, and code that may run once before all iterations. */
  run(schedule: KernelSchedule, sources: Sources): { readonly before: Void; readonly each: Void }
}

/**
 * The code of a `scan`: the kernels of its body, called in each iteration with other addresses. Elements of sequences and
 * results are read and written in place. Each carry alternates between its output, where it ends, and a spare buffer.
 */
export function loopCode(kernel: OpaqueKernel, body: KernelSchedule, environment: LoopEnvironment): Void {
  const { sources, workspaceAt, caller, table } = environment
  const { locals, start } = caller
  const params = kernel.node.params as ScanParams
  const { length, reverse, carries, sequences } = params
  const spare = loopWorkspace(params, body.plan.arenaBytes).carries
  const inputs = kernel.inputs.map((value) => sources.value(value))
  const outputs = kernel.outputs.map((value) => sources.value(value))
  const spares = spare.map((offset): Source => ({ at: 'arena', index: 0, offset: workspaceAt + offset }))
  const own = table.add([...inputs, ...outputs, ...spares], start)
  const pointer = (entry: number): I32 => i32.load(start, own.offset + 4 * entry)
  const inputAt = (index: number) => pointer(index)
  const outputAt = (index: number) => pointer(inputs.length + index)
  const spareAt = (index: number) => pointer(inputs.length + outputs.length + index)

  if (length === 0) {
    const bytes = (aval: Aval) => i32.const(byteSize(aval))
    const copies = spare.map((_, carry) =>
      copyMemory(outputAt(carry), inputAt(carry), bytes(params.body.inputs[carry]!)),
    )
    return sequence(...own.prepare, ...copies)
  }
  const local = () => locals.add('i32')
  const [time, left] = [local(), local()]
  // a carry's current address, its next one, and the sum of its two addresses
  const carried = spare.map(() => ({ now: local(), next: local(), both: local() }))
  const elements = body.analysis.graph.inputs.slice(carries, carries + sequences).map((aval) => ({ aval, at: local() }))
  const results = body.analysis.graph.outputs
    .slice(carries)
    .map((value) => ({ aval: body.analysis.aval(value), at: local() }))

  const inner: ScheduleLocations<Source> = {
    arena: workspaceAt,
    input(index) {
      if (index < carries) return { at: 'code', address: carried[index]!.now.get }
      if (index < carries + sequences) return { at: 'code', address: elements[index - carries]!.at.get }
      const source = inputs[index]!
      return source.at === 'code' ? { at: 'code', address: inputAt(index) } : source
    },
    output(index) {
      const address = index < carries ? carried[index]!.next.get : results[index - carries]!.at.get
      return { at: 'code', address }
    },
  }
  const isFixed = (value: number): boolean => {
    const position = body.plan.places.get(body.analysis.roots[value]!)!
    return position.at === 'constant' || (position.at === 'input' && position.index >= carries + sequences)
  }
  const code = environment.run(body, { ...sourcesOf(body, inner), isFixed })
  const along = (base: I32, aval: Aval) => i32.add(base, i32.mul(time.get, i32.const(byteSize(aval))))
  // the last iteration writes to the output
  const firstIsOutput = (length - 1) % 2 === 0
  return sequence(
    ...own.prepare,
    code.before,
    ...carried.flatMap(({ now, next, both }, carry) => [
      now.set(inputAt(carry)),
      next.set(firstIsOutput ? outputAt(carry) : spareAt(carry)),
      both.set(i32.add(outputAt(carry), spareAt(carry))),
    ]),
    time.set(i32.const(reverse ? length - 1 : 0)),
    left.set(i32.const(length)),
    doWhile(
      sequence(
        ...elements.map(({ aval, at }, index) => at.set(along(inputAt(carries + index), aval))),
        ...results.map(({ aval, at }, index) => at.set(along(outputAt(carries + index), aval))),
        code.each,
        ...carried.flatMap(({ now, next, both }) => [now.set(next.get), next.set(i32.sub(both.get, next.get))]),
        increase(time, i32.const(reverse ? -1 : 1)),
      ),
      left.tee(i32.sub(left.get, i32.const(1))),
    ),
  )
}
