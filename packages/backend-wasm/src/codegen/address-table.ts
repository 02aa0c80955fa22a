import { type KernelSchedule, locate, type MemoryLocation, type ScheduleLocations } from '@gradus/schedule'
import { type I32, i32, type Void } from '../assembler/index.ts'

/**
 * Regions that programs share: for intermediate values, for rearranged operands, and for operands that are prepared before
 * a loop.
 */
export type Region = 'arena' | 'workspace' | 'prepared'

/** An entry of the address table: a location in memory, or an address that the program computes. */
export type TableEntry = MemoryLocation<Region> | 'computed'

/** Where a value lies: at a location, or at an address that code computes. */
export type Source = MemoryLocation<Region> | { readonly at: 'code'; readonly address: I32 }

/** Where the values of a schedule lie. */
export interface Sources extends ScheduleLocations<Source> {
  value(value: number): Source
  /** Whether a value is the same in every iteration of a loop. */
  isFixed?(value: number): boolean
}

/** The table in which kernels find the addresses of their values; it lies in memory at `start`. */
export class AddressTable {
  readonly entries: TableEntry[] = []

  /**
   * Adds entries for the values of a kernel. Returns their offset in bytes, and code that first stores the computed
   * addresses.
   */
  add(sources: readonly Source[], start: I32): { readonly offset: number; readonly prepare: readonly Void[] } {
    const offset = 4 * this.entries.length
    const prepare: Void[] = []
    sources.forEach((source, index) => {
      if (source.at !== 'code') {
        this.entries.push(source)
        return
      }
      this.entries.push('computed')
      prepare.push(i32.store(start, source.address, offset + 4 * index))
    })
    return { offset, prepare }
  }
}

/** Where the values of a schedule lie, given its inputs and outputs. */
export function sourcesOf(schedule: KernelSchedule, around: ScheduleLocations<Source>): Sources {
  return { ...around, value: (value) => locate(schedule, value, around) }
}

/** Where the values of a whole program lie. */
export function programSources(schedule: KernelSchedule): Sources {
  return sourcesOf(schedule, {
    arena: 0,
    input: (index) => ({ at: 'input', index, offset: 0 }),
    output: (index) => ({ at: 'output', index, offset: 0 }),
  })
}
