import type { Entry, Launch } from './launches.ts'

/**
 * Launches in waves: those of a wave do not depend on one another, only on earlier waves. Each is in the earliest wave in
 * which it can be.
 */
export function wavesOf(launches: readonly Launch[]): Launch[][] {
  const memory = new TouchedMemory(launches.flatMap(({ entries }) => entries))
  const waves: Launch[][] = []
  for (const launch of launches) {
    const wave = launch.entries.reduce((latest, entry) => Math.max(latest, memory.firstWave(entry)), 0)
    for (const entry of launch.entries) memory.touch(entry, wave)
    const list = waves[wave]
    if (list) list.push(launch)
    else waves[wave] = [launch]
  }
  return waves
}

/** Which waves read and write which parts of memory; a part is what lies between the beginnings and ends of values. */
class TouchedMemory {
  private readonly spaces = new Map<string, { bounds: number[]; written: number[]; read: number[] }>()

  constructor(entries: readonly Entry[]) {
    const bounds = new Map<string, Set<number>>()
    for (const entry of entries) {
      const { offset } = entry.place
      const known = bounds.get(spaceOf(entry))
      if (known) known.add(offset).add(offset + entry.bytes)
      else bounds.set(spaceOf(entry), new Set([offset, offset + entry.bytes]))
    }
    for (const [space, set] of bounds) {
      const sorted = [...set].sort((a, b) => a - b)
      const never = () => new Array<number>(sorted.length).fill(-1)
      this.spaces.set(space, { bounds: sorted, written: never(), read: never() })
    }
  }

  /** The first wave after all that it has to wait for. */
  firstWave(entry: Entry): number {
    const { written, read } = this.spaces.get(spaceOf(entry))!
    let latest = -1
    for (const part of this.partsOf(entry)) {
      latest = Math.max(latest, written[part]!)
      if (entry.written) latest = Math.max(latest, read[part]!)
    }
    return latest + 1
  }

  touch(entry: Entry, wave: number): void {
    const { written, read } = this.spaces.get(spaceOf(entry))!
    const list = entry.written ? written : read
    for (const part of this.partsOf(entry)) list[part] = Math.max(list[part]!, wave)
  }

  private *partsOf(entry: Entry): Iterable<number> {
    const { bounds } = this.spaces.get(spaceOf(entry))!
    const end = entry.place.offset + entry.bytes
    for (let part = find(bounds, entry.place.offset); bounds[part]! < end; part++) yield part
  }
}

function spaceOf({ place: { at, index } }: Entry): string {
  return `${at}${index}`
}

/** Where a number stands in a sorted list. */
function find(sorted: readonly number[], number: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < number) low = middle + 1
    else high = middle
  }
  return low
}
