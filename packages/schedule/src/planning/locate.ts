import type { KernelSchedule } from '../kernels/kernel.ts'

/** A location in a program's memory: an offset in bytes into an input, output or constant, or into a region. */
export interface MemoryLocation<R extends string = 'arena'> {
  readonly at: 'input' | 'output' | 'constant' | R
  /** The number of the input, output or constant; 0 for a region. */
  readonly index: number
  readonly offset: number
}

/**
 * Where a schedule finds its inputs and outputs, and where its part of the arena begins. The inputs and outputs of a loop
 * body lie within values of the loop.
 */
export interface ScheduleLocations<L> {
  readonly arena: number
  input(index: number): L
  output(index: number): L
}

/** Where a value of a schedule lies. */
export function locate<L>(
  { plan, analysis }: KernelSchedule,
  value: number,
  { arena, input, output }: ScheduleLocations<L>,
): L | MemoryLocation {
  const place = plan.places.get(analysis.roots[value]!)!
  switch (place.at) {
    case 'input':
      return input(place.index)
    case 'output':
      return output(place.index)
    case 'constant':
      return { at: 'constant', index: place.index, offset: 0 }
    case 'arena':
      return { at: 'arena', index: 0, offset: arena + place.offset }
    case 'static':
      throw new Error('Schedules plan no static values.')
  }
}
