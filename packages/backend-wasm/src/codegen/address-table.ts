import type { KernelSchedule } from '@gradus/schedule'
import { type I32, i32, type Void } from '../assembler/index.ts'

/** What an entry of a program's table of addresses points to, known when the program is given its buffers. */
export type TableEntry =
  | { readonly at: 'input' | 'constant' | 'output'; readonly index: number }
  | { readonly at: 'arena' | 'workspace' | 'prepared'; readonly offset: number }
  /** Written by the program itself while it runs. */
  | { readonly at: 'runtime' }

/** Where a value lies: at an entry of the table, or at an address that code computes. */
export type Source = TableEntry | { readonly at: 'code'; readonly address: I32 }

/** Tells where the values of a schedule lie. */
export interface Sources {
  value(value: number): Source
  /** The buffer of an output. */
  output(index: number): Source
  /** Where in the arena the values of this schedule begin. */
  readonly arena: number
  /** Whether a value is the same whenever the schedule runs again, in the steps of a loop. */
  isFixed?(value: number): boolean
}

/** The table of addresses in which kernels look up their values; it lies in memory at `start`. */
export class AddressTable {
  readonly entries: TableEntry[] = []

  /** Adds entries for a kernel's values; gives their place in bytes, and code that has to run before for those computed. */
  add(sources: readonly Source[], start: I32): { readonly offset: number; readonly prepare: readonly Void[] } {
    const offset = 4 * this.entries.length
    const prepare: Void[] = []
    sources.forEach((source, index) => {
      if (source.at !== 'code') {
        this.entries.push(source)
        return
      }
      this.entries.push({ at: 'runtime' })
      prepare.push(i32.store(start, source.address, offset + 4 * index))
    })
    return { offset, prepare }
  }
}

/** Where the values of a whole program lie. */
export function programSources(schedule: KernelSchedule): Sources {
  const output = (index: number): Source => ({ at: 'output', index })
  const input = (index: number): Source => ({ at: 'input', index })
  return { arena: 0, output, value: (value) => sourceOf(schedule, value, { arena: 0, output, input }) }
}

/** Where a value lies, given where the arena begins and where inputs and outputs are. */
export function sourceOf(
  { plan, analysis }: KernelSchedule,
  value: number,
  { arena, input, output }: Pick<Sources, 'arena' | 'output'> & { input(index: number): Source },
): Source {
  const place = plan.places.get(analysis.roots[value]!)!
  switch (place.at) {
    case 'input':
      return input(place.index)
    case 'output':
      return output(place.index)
    case 'constant':
      return { at: 'constant', index: place.index }
    case 'arena':
      return { at: 'arena', offset: arena + place.offset }
    case 'static':
      throw new Error('A schedule has no static values.')
  }
}
