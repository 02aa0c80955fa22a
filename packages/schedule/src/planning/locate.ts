import type { KernelSchedule } from '../kernels/kernel.ts'

/** Where memory lies that a program uses: so many bytes from the beginning of a buffer, by its index, or of a region. */
export interface MemoryLocation<R extends string = 'arena'> {
  readonly at: 'input' | 'output' | 'constant' | R
  /** Of an input, an output or a constant; 0 for regions. */
  readonly index: number
  readonly offset: number
}

/** Where the inputs and outputs of a schedule lie, and where in the arena its values begin; those of a loop's body lie in the values of the loop. */
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
