import { BackendError } from '@gradus/tensor'

const alignment = 16
/** Unused bytes at both ends of the memory, so that vector loads may read slightly outside of a buffer. */
const margin = 1024

interface Block {
  address: number
  size: number
}

/** Memory that can grow. */
export interface Growing {
  readonly byteLength: number
  /** Adds at least `bytes`. Returns false if the memory cannot grow. */
  grow(bytes: number): boolean
}

/** Allocates blocks of a memory, which grows as needed. Addresses are multiples of 16. */
export class Heap {
  /** Free blocks, sorted by address; adjacent blocks are merged. */
  private readonly free: Block[] = []
  /** Recently freed blocks by size, which are reused before they are merged. */
  private readonly recent = new Map<number, number[]>()
  private end: number
  private used = 0

  constructor(
    private readonly memory: Growing,
    private readonly name: string,
  ) {
    this.end = margin
    this.addFree(margin, this.limit - margin)
    this.end = this.limit
  }

  /** Allocates a block and returns its address. Throws `BackendError` with the sizes when the memory cannot grow enough. */
  allocate(bytes: number): number {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment)
    const address = this.recent.get(size)?.pop() ?? this.take(size) ?? this.grow(size, bytes)
    this.used += size
    return address
  }

  release(address: number, bytes: number): void {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment)
    this.used -= size
    if (address + size > this.limit) {
      if (address < this.limit) this.addFree(address, this.limit - address)
      return
    }
    const list = this.recent.get(size)
    if (list) list.push(address)
    else this.recent.set(size, [address])
  }

  /** Adapts to a memory that became smaller: blocks beyond its end are gone. */
  shrink(): void {
    this.joinRecent()
    const kept = this.free.filter(({ address }) => address < this.limit)
    for (const block of kept) block.size = Math.min(block.size, this.limit - block.address)
    this.free.splice(0, this.free.length, ...kept)
    this.end = this.limit
  }

  private get limit(): number {
    return this.memory.byteLength - margin
  }

  /** Takes the smallest free block that is large enough. */
  private take(size: number): number | undefined {
    const found = this.bestFit(size)
    if (found === undefined) return undefined
    const block = this.free[found]!
    const { address } = block
    if (block.size === size) this.free.splice(found, 1)
    else {
      block.address += size
      block.size -= size
    }
    return address
  }

  private bestFit(size: number): number | undefined {
    let best: number | undefined
    this.free.forEach((block, index) => {
      if (block.size >= size && (best === undefined || block.size < this.free[best]!.size)) best = index
    })
    return best
  }

  private grow(size: number, asked: number): number {
    this.joinRecent()
    const found = this.take(size)
    if (found !== undefined) return found
    const last = this.free.at(-1)
    const atEnd = last && last.address + last.size === this.end ? last.size : 0
    // more than needed, so that the memory grows rarely
    const least = size - atEnd
    const more = Math.max(least, this.memory.byteLength / 4)
    if (!this.memory.grow(more) && !this.memory.grow(least)) throw this.exhausted(asked)
    this.addFree(this.end, this.limit - this.end)
    this.end = this.limit
    return this.take(size)!
  }

  private exhausted(bytes: number): BackendError {
    const mebibytes = (count: number) => `${(count / 2 ** 20).toFixed(1)} MiB`
    return new BackendError(
      `The ${this.name} backend is out of memory: ${mebibytes(bytes)} were asked for, ${mebibytes(this.used)} are in use, ` +
        `and its memory of ${mebibytes(this.memory.byteLength)} cannot grow enough. Nothing was lost. ` +
        'Use smaller batches or a smaller model, dispose tensors that are not needed, or use the cpu backend.',
    )
  }

  private joinRecent(): void {
    for (const [size, addresses] of this.recent) for (const address of addresses) this.addFree(address, size)
    this.recent.clear()
  }

  private addFree(address: number, size: number): void {
    let [low, high] = [0, this.free.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.free[middle]!.address < address) low = middle + 1
      else high = middle
    }
    this.free.splice(low, 0, { address, size })
    this.joinWithNext(low)
    if (low > 0) this.joinWithNext(low - 1)
  }

  private joinWithNext(index: number): void {
    const [block, next] = [this.free[index]!, this.free[index + 1]]
    if (!next || block.address + block.size !== next.address) return
    block.size += next.size
    this.free.splice(index + 1, 1)
  }
}
