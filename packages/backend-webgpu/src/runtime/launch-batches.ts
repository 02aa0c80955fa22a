import type { Argument, Launch } from './launches.ts'

/** Groups launches into batches. The launches of a batch are independent, and each is in the earliest possible batch. */
export function batchesOf(launches: readonly Launch[]): Launch[][] {
  const memory = new TouchedMemory(launches.flatMap(({ args }) => args))
  const batches: Launch[][] = []
  for (const launch of launches) {
    const batch = launch.args.reduce((latest, argument) => Math.max(latest, memory.firstBatch(argument)), 0)
    for (const argument of launch.args) memory.touch(argument, batch)
    const list = batches[batch]
    if (list) list.push(launch)
    else batches[batch] = [launch]
  }
  return batches
}

/** The last batches that read and wrote each interval of memory, between the boundaries of values. */
class TouchedMemory {
  private readonly spaces = new Map<string, { bounds: number[]; written: number[]; read: number[] }>()

  constructor(args: readonly Argument[]) {
    const bounds = new Map<string, Set<number>>()
    for (const argument of args) {
      const { offset } = argument.location
      const known = bounds.get(spaceOf(argument))
      if (known) known.add(offset).add(offset + argument.bytes)
      else bounds.set(spaceOf(argument), new Set([offset, offset + argument.bytes]))
    }
    for (const [space, set] of bounds) {
      const sorted = [...set].sort((a, b) => a - b)
      const never = () => new Array<number>(sorted.length).fill(-1)
      this.spaces.set(space, { bounds: sorted, written: never(), read: never() })
    }
  }

  /** The first batch after all batches on which an argument depends. */
  firstBatch(argument: Argument): number {
    const { written, read } = this.spaces.get(spaceOf(argument))!
    let latest = -1
    for (const part of this.partsOf(argument)) {
      latest = Math.max(latest, written[part]!)
      if (argument.written) latest = Math.max(latest, read[part]!)
    }
    return latest + 1
  }

  touch(argument: Argument, batch: number): void {
    const { written, read } = this.spaces.get(spaceOf(argument))!
    const list = argument.written ? written : read
    for (const part of this.partsOf(argument)) list[part] = Math.max(list[part]!, batch)
  }

  private *partsOf(argument: Argument): Iterable<number> {
    const { bounds } = this.spaces.get(spaceOf(argument))!
    const end = argument.location.offset + argument.bytes
    for (let part = find(bounds, argument.location.offset); bounds[part]! < end; part++) yield part
  }
}

function spaceOf({ location: { at, index } }: Argument): string {
  return `${at}${index}`
}

/** The index of a number in a sorted list. */
function find(sorted: readonly number[], number: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < number) low = middle + 1
    else high = middle
  }
  return low
}
