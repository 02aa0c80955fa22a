const alignment = 16

/** First-fit allocation in one growing block of memory. Values that overwrite each other in place share a slot. */
export class Arena {
  bytes = 0
  private readonly slots: { offset: number; size: number; users: number }[] = []

  /** The offset of a slot of `size` bytes: the one at `reuse`, which gets one more user, or a new one. */
  place(size: number, reuse?: number): number {
    const shared = this.slots.find((slot) => slot.offset === reuse)
    if (shared) {
      shared.users++
      return shared.offset
    }
    const padded = Math.ceil(Math.max(size, 1) / alignment) * alignment
    let offset = 0
    let at = 0
    while (at < this.slots.length && this.slots[at]!.offset - offset < padded) {
      offset = this.slots[at]!.offset + this.slots[at]!.size
      at++
    }
    this.slots.splice(at, 0, { offset, size: padded, users: 1 })
    this.bytes = Math.max(this.bytes, offset + padded)
    return offset
  }

  release(offset: number): void {
    const at = this.slots.findIndex((slot) => slot.offset === offset)
    if (--this.slots[at]!.users === 0) this.slots.splice(at, 1)
  }
}
