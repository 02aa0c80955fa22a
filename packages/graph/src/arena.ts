const alignment = 16

interface Gap {
  offset: number
  size: number
}

/** First-fit allocation in one growing block of memory. Values that overwrite each other in place share a slot. */
export class Arena {
  bytes = 0
  private readonly slots = new Map<number, { readonly size: number; users: number }>()
  /** The unused parts below `end`, sorted by offset; no two are adjacent. */
  private readonly gaps: Gap[] = []
  /** The end of the last slot. */
  private end = 0

  /** The offset of a slot of `size` bytes: the one at `reuse`, which gets one more user, or a new one. */
  place(size: number, reuse?: number): number {
    const shared = reuse === undefined ? undefined : this.slots.get(reuse)
    if (shared) {
      shared.users++
      return reuse!
    }
    const padded = Math.ceil(Math.max(size, 1) / alignment) * alignment
    const offset = this.takeGap(padded) ?? this.end
    this.slots.set(offset, { size: padded, users: 1 })
    this.end = Math.max(this.end, offset + padded)
    this.bytes = Math.max(this.bytes, this.end)
    return offset
  }

  release(offset: number): void {
    const slot = this.slots.get(offset)!
    if (--slot.users > 0) return
    this.slots.delete(offset)
    this.addGap(offset, slot.size)
  }

  private takeGap(size: number): number | undefined {
    const at = this.gaps.findIndex((gap) => gap.size >= size)
    const gap = this.gaps[at]
    if (!gap) return undefined
    const { offset } = gap
    gap.offset += size
    gap.size -= size
    if (gap.size === 0) this.gaps.splice(at, 1)
    return offset
  }

  private addGap(offset: number, size: number): void {
    const { gaps } = this
    let [low, high] = [0, gaps.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (gaps[middle]!.offset < offset) low = middle + 1
      else high = middle
    }
    gaps.splice(low, 0, { offset, size })
    this.joinWithNext(low)
    if (low > 0) this.joinWithNext(low - 1)
    const last = gaps.at(-1)!
    if (last.offset + last.size < this.end) return
    this.end = last.offset
    gaps.pop()
  }

  private joinWithNext(index: number): void {
    const [gap, next] = [this.gaps[index]!, this.gaps[index + 1]]
    if (!next || gap.offset + gap.size !== next.offset) return
    gap.size += next.size
    this.gaps.splice(index + 1, 1)
  }
}
