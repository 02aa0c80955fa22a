import { BackendError } from '@gradus/tensor'
import { FreeBlocks } from './free-blocks.ts'

const alignment = 16
/** Unused bytes at both ends of the memory, so that vector loads may read slightly outside of a buffer. */
const margin = 1024
/** Blocks of fewer bytes are small. */
const smallBlock = 2 ** 16
/** A memory that can become smaller than this does not keep small blocks apart. */
const leastToDivide = 2 ** 26
/** The size of the first section for small blocks, and of each further one. */
const sectionBytes = 2 ** 22

/** Memory that can grow. */
export interface Growing {
  readonly byteLength: number
  /** Adds at least `bytes`. Returns false if the memory cannot grow. */
  grow(bytes: number): boolean
}

/** A part of the memory for small blocks. */
interface Section {
  readonly address: number
  readonly size: number
}

/**
 * Allocates blocks of a memory, which grows as needed. Addresses are multiples of 16. Small blocks and those that are used for
 * long lie in sections of the memory of their kind, so that they do not divide the space for large blocks.
 */
export class Heap {
  private readonly large = new FreeBlocks()
  private readonly small = new FreeBlocks()
  private readonly sections: Section[] = []
  /** Recently freed small blocks by size, which are reused before they are joined. */
  private readonly recent = new Map<number, number[]>()
  private end: number
  private used = 0

  constructor(
    private readonly memory: Growing,
    private readonly name: string,
    /** The largest size of the memory, where it is known. */
    private readonly maximum = 0,
  ) {
    this.end = this.limit
    this.large.add(margin, this.limit - margin)
    if (maximum >= leastToDivide) this.addSection(sectionBytes)
  }

  /**
   * Allocates a block and returns its address. `lasting` blocks are used for long, such as those of programs. Throws
   * `BackendError` with the sizes when the memory cannot grow enough.
   */
  allocate(bytes: number, lasting = false): number {
    const size = paddedSize(bytes)
    const apart = lasting || size < smallBlock
    const address =
      this.recent.get(size)?.pop() ?? (apart ? this.takeSmall(size) : undefined) ?? this.takeLarge(size, bytes)
    this.used += size
    return address
  }

  release(address: number, bytes: number): void {
    const size = paddedSize(bytes)
    this.used -= size
    if (address + size > this.limit) {
      if (address < this.limit) this.large.add(address, this.limit - address)
      return
    }
    if (size >= smallBlock) {
      this.addFree(address, size)
      return
    }
    const list = this.recent.get(size)
    if (list) list.push(address)
    else this.recent.set(size, [address])
  }

  /** Adapts to a memory that became smaller: blocks beyond its end are gone. */
  shrink(): void {
    this.joinRecent()
    this.large.cut(this.limit)
    this.small.cut(this.limit)
    this.end = this.limit
  }

  private get limit(): number {
    return this.memory.byteLength - margin
  }

  private takeSmall(size: number): number | undefined {
    if (this.maximum < leastToDivide) return undefined
    const found = this.small.take(size)
    if (found !== undefined) return found
    this.joinRecent()
    return this.small.take(size) ?? (this.addSection(Math.max(size, sectionBytes)) ? this.small.take(size) : undefined)
  }

  private takeLarge(size: number, asked: number): number {
    const found = this.large.take(size)
    if (found !== undefined) return found
    this.joinRecent()
    const address = this.large.take(size) ?? this.grow(size) ?? this.takeWithoutSections(size)
    if (address === undefined) throw this.exhausted(asked)
    return address
  }

  private grow(size: number): number | undefined {
    // more than needed, so that the memory grows rarely
    const least = size - this.large.sizeBefore(this.end)
    const more = Math.max(least, this.memory.byteLength / 4)
    if (!this.memory.grow(more) && !this.memory.grow(least)) return undefined
    this.large.add(this.end, this.limit - this.end)
    this.end = this.limit
    return this.large.take(size)
  }

  /** Reserves a part of the memory for small blocks. Returns false if there is none. */
  private addSection(size: number): boolean {
    const address = this.large.take(size) ?? this.grow(size)
    if (address === undefined) return false
    this.sections.push({ address, size })
    this.small.add(address, size)
    return true
  }

  /** Gives up the sections that are not in use. */
  private takeWithoutSections(size: number): number | undefined {
    for (const section of [...this.sections]) {
      if (!this.small.takeAt(section.address, section.size)) continue
      this.sections.splice(this.sections.indexOf(section), 1)
      this.large.add(section.address, section.size)
    }
    return this.large.take(size) ?? this.small.take(size)
  }

  private exhausted(bytes: number): BackendError {
    const mebibytes = (count: number) => `${(count / 2 ** 20).toFixed(1)} MiB`
    return new BackendError(
      `The ${this.name} backend is out of memory: ${mebibytes(bytes)} were asked for, ${mebibytes(this.used)} are in use, ` +
        `and its memory of ${mebibytes(this.memory.byteLength)} cannot grow enough. Nothing was lost. ` +
        'Use smaller batches or a smaller model, dispose tensors that are not needed (a loop over tensors: with `tidy` or `compile`), or use the cpu backend.',
    )
  }

  private joinRecent(): void {
    for (const [size, addresses] of this.recent) for (const address of addresses) this.addFree(address, size)
    this.recent.clear()
  }

  private addFree(address: number, size: number): void {
    const isSmall = this.sections.some(
      (section) => address >= section.address && address < section.address + section.size,
    )
    const blocks = isSmall ? this.small : this.large
    blocks.add(address, size)
  }
}

function paddedSize(bytes: number): number {
  return Math.max(alignment, Math.ceil(bytes / alignment) * alignment)
}
